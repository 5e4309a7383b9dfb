"""Folders of images in the shell: new images for the classes that lack some, in a folder of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from pictures import LABELS, glyphs, photos
from PIL import Image

from ganaug import GANAugmenter
from ganaug.cli.folders import read_photos

X, Y = glyphs(8)
NAMES = ("one", "other")
SOME = np.r_[2:24]  # six across, eight of the others


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return photos(tmp_path / "photos", X[SOME, ..., None], Y[SOME])


def write(path: Path, image: Any, encode: Any = tf.io.encode_png) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(np.asarray(image, np.uint8)).numpy())


def read(path: Path) -> Any:
    return tf.io.decode_image(path.read_bytes()).numpy()


@pytest.mark.usefixtures("dice")
def test_classes_get_the_images_that_they_lack(command, folder, tmp_path):
    out = tmp_path / "more"
    status, said, told = command("rebalance", folder, "-o", out, "--random-state", 0)
    assert (status, said) == (0, "")
    assert told.splitlines()[-1] == f"ganaug: 2 new images are in {out}: across (2)"
    made = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.png"))
    assert made == ["across/synthetic-00001.png", "across/synthetic-00002.png"]
    assert read(out / made[0]).shape == (12, 10, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["more", "photos"]


def test_a_fit_in_earnest_is_the_same_for_the_same_seed(command, folder, tmp_path):
    options = ["--steps", 5, "--ratio", 0.5, "--strategy", '{"across": 7}', "--random-state", 1, "-q"]
    for name in NAMES:
        (tmp_path / name).mkdir()  # an empty folder may be there
        assert command("rebalance", folder, "-o", tmp_path / name, *options)[::2] == (0, "")
    made = [
        {p.relative_to(tmp_path / n): read(p).tobytes() for p in (tmp_path / n).rglob("*.png")}
        for n in ("one", "other")
    ]
    assert made[0] == made[1]
    assert [len(list((tmp_path / "one" / name).iterdir())) for name in LABELS] == [5, 4, 4]


@pytest.mark.parametrize(
    ("shapes", "image_size", "made", "said"),
    [
        ([(12, 10, 1), (12, 10, 1)], None, (12, 10, 1), ""),
        ([(12, 10, 1), (12, 10, 3), (9, 30, 3)], None, (12, 10, 3), "1 of 3 images were resized to 12x10 pixels"),
        ([(12, 10, 2), (12, 10, 1)], None, (12, 10, 2), ""),
        ([(12, 10, 1), (12, 10, 4)], None, (12, 10, 4), ""),
        ([(300, 400, 3), (40, 30, 3), (400, 300, 3), (300, 400, 3)], None, (48, 64, 3), "4 of 4 images were resized"),
        (
            [(12, 10, 3), (12, 10, 3)],
            "20x16",
            (20, 16, 3),
            "2 of 2 images were resized to 20x16 pixels (height x width)\n",
        ),
    ],
)
def test_images_become_alike(tmp_path, capsys, shapes, image_size, made, said):
    for number, shape in enumerate(shapes):
        write(tmp_path / "a" / f"{number}.png", np.full(shape, 10 * number + 50))
    found = read_photos(str(tmp_path), image_size)
    assert (found.images.shape, found.images.dtype) == ((len(shapes), *made), np.uint8)
    assert found.images[..., 0].max((1, 2)).tolist() == [10 * number + 50 for number in range(len(shapes))]
    told = capsys.readouterr().err
    assert said in told if said else not told


def test_files_of_all_formats_are_read_wherever_they_lie_in_their_class(tmp_path, capsys):
    image = X[0, ..., None].repeat(3, -1)
    write(tmp_path / "b" / "deep" / "1.PNG", image)
    write(tmp_path / "b" / "2.jpg", image, tf.io.encode_jpeg)
    write(tmp_path / "a" / "3.jpeg", image, tf.io.encode_jpeg)
    (tmp_path / "a" / ".DS_Store").write_text("hidden")
    (tmp_path / ".git").mkdir()
    found = read_photos(str(tmp_path), None)
    assert found.labels.tolist() == ["a", "b", "b"]
    assert np.array_equal(found.images[2], image)
    assert not capsys.readouterr().err
    (tmp_path / "a" / "notes.txt").write_text("no image")
    write(tmp_path / "loose.png", image)
    assert found.counts == read_photos(str(tmp_path), None).counts
    said = capsys.readouterr().err
    assert "warning: left out" in said
    assert f"{tmp_path / 'loose.png'}, {tmp_path / 'a' / 'notes.txt'}" in said


def test_photographs_are_turned_as_their_camera_was_held(tmp_path):
    sideways = np.zeros((16, 24, 3), np.uint8)
    sideways[:, :8] = 255  # what the sensor saw on its left was above
    held = Image.Exif()
    held[0x0112] = 6
    (tmp_path / "a").mkdir()
    Image.fromarray(sideways).save(tmp_path / "a" / "1.jpg", exif=held, quality=95)
    found = read_photos(str(tmp_path), None).images
    assert found.shape == (1, 24, 16, 3)
    assert found[0, :8].min() > 200
    assert found[0, 8:].max() < 50


@pytest.mark.parametrize(
    ("mode", "suffix", "channels"),
    [
        ("P", "bmp", 3),
        ("1", "bmp", 1),
        ("P", "gif", 3),
        ("RGBA", "png", 4),
        ("RGB", "webp", 3),
        ("L", "tiff", 1),
        ("CMYK", "jpg", 3),
        ("I;16", "png", 1),
    ],
)
def test_pixels_of_all_modes_become_grey_or_coloured(tmp_path, mode, suffix, channels):
    (tmp_path / "a").mkdir()
    plain = Image.new("RGBA", (9, 8), (255, 0, 0, 128) if mode == "RGBA" else "red" if channels >= 3 else "white")
    wide = Image.fromarray(np.full((8, 9), 65_535, np.uint16))
    (wide if mode == "I;16" else plain.convert(mode)).save(tmp_path / "a" / f"1.{suffix}", lossless=True)
    found = read_photos(str(tmp_path), None).images
    assert found.shape == (1, 8, 9, channels)
    assert (np.abs(found[..., 0].astype(int) - 255) <= 1).all()  # as JPEG rounds
    assert channels < 3 or found[..., 1:3].max() <= 1


def test_a_model_of_a_folder_is_kept_and_draws_images(command, folder, tmp_path):
    model, out = tmp_path / "m.ganaug", tmp_path / "more"
    status, said, told = command("fit", folder, "-o", model, "--steps", 5, "--random-state", 0, "-q")
    assert (status, said, told) == (0, "", "")
    status, said, _ = command("info", model)
    assert status == 0
    assert said.startswith("images: 12 x 10 x 1 (height, width, channels)\nclasses: across (6 images), down (8 images)")
    status, said, told = command("sample", model, "--counts", "down=3", "--counts", "frame=1", "-o", out)
    assert (status, said) == (0, "")
    assert told.splitlines()[-1] == f"ganaug: 4 new images are in {out}: down (3), frame (1)"
    made = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.png"))
    assert made == [*(f"down/synthetic-0000{n}.png" for n in (1, 2, 3)), "frame/synthetic-00001.png"]
    assert read(out / made[0]).shape == (12, 10, 1)
    assert command("sample", model, "-n", 5, "-o", f"{tmp_path}/five.png/", "-q")[::2] == (0, "")
    assert len([*(tmp_path / "five.png").rglob("*.png")]) == 5
    for options, message in (
        (["-o", "-"], "name one with -o"),
        (["-o", out], "not an empty folder"),
        (["-o", tmp_path / "o.png"], "images need a folder: name one, such as o/"),
        (["-o", tmp_path / "o.csv"], "images need a folder: name one, such as o/"),
        (["-o", tmp_path / "new", "--part-rows", 2], "this goes with tables alone"),
    ):
        status, _, told = command("sample", model, "-n", 5, *options)
        assert status != 0
        assert message in told


@pytest.mark.usefixtures("dice")
def test_options_of_tables_are_refused_for_a_model_of_a_folder(command, folder, tmp_path):
    for options in (["-t", "y"], ["--identifiers", "fake"], ["--rule", "auto"], ["--categorical", "y"]):
        status, _, told = command("fit", folder, "-o", tmp_path / "m.ganaug", *options)
        assert status == 2
        assert "goes with a table" in told
    (tmp_path / "t.csv").write_text("a,y\n1,p\n2,q\n")
    assert command("fit", tmp_path / "t.csv", "-o", tmp_path / "m.ganaug", "--image-size", "9x9")[0] == 2


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (X / 255, Y, "PNG files hold uint8 .* these images are float64 and 12x10"),
        (X, np.linspace(0, 1, len(X)), "a number each have no folders"),
        (X, np.array(["../up", "down"])[np.arange(len(X)) % 2], r"'\.\./up' is no name for a folder"),
    ],
)
def test_images_that_no_folder_holds_are_refused(command, tmp_path, images, labels, message):
    GANAugmenter(steps=5).fit(images, labels).save(tmp_path / "m.ganaug")
    status, _, told = command("sample", tmp_path / "m.ganaug", "-n", 2, "-o", tmp_path / "more")
    assert status == 1
    assert re.search(message, told)
    assert not (tmp_path / "more").exists()


def test_images_without_labels_lie_in_the_folder_itself(command, tmp_path):
    GANAugmenter(steps=5).fit(X).save(tmp_path / "m.ganaug")
    status, _, told = command("sample", tmp_path / "m.ganaug", "-n", 2, "-o", tmp_path / "more")
    assert (status, told.splitlines()[-1]) == (0, f"ganaug: 2 new images are in {tmp_path / 'more'}")
    assert sorted(path.name for path in (tmp_path / "more").iterdir()) == ["synthetic-00001.png", "synthetic-00002.png"]


def _empty(folder: Path) -> None:
    (folder / "none").mkdir()


def _broken(folder: Path) -> None:
    (folder / "down" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "frame" / "empty.gif").touch()


def _fractions(folder: Path) -> None:
    Image.fromarray(np.full((9, 9), 0.5, np.float32)).save(folder / "down" / "half.tiff")


def _wide(folder: Path) -> None:
    Image.fromarray(np.full((9, 9), 2**20, np.int32)).save(folder / "down" / "wide.tiff")


def _dangling(folder: Path) -> None:
    (folder / "down" / "gone.png").symlink_to(folder / "nowhere.png")


@pytest.mark.parametrize(
    ("spoil", "options", "message"),
    [
        (_wide, [], "cannot be read as images: {0}/down/wide.tiff (its pixels have 32 bits"),
        (_dangling, [], "cannot be read as images: {0}/down/gone.png ("),
        (_fractions, [], "cannot be read as images: {0}/down/half.tiff (its pixels are floats"),
        (_empty, [], "none has no images: they end in .png"),
        (_broken, [], "cannot be read as images: {0}/down/bad.png, {0}/frame/empty.gif ("),
        (None, ["--image-size", "64"], "--image-size 64: write HEIGHTxWIDTH"),
        (None, ["--image-size", "4x64"], "from 8x8 up"),
        (None, ["--strategy", '{"up": 9}'], "there is no class 'up': the classes are across, down, frame"),
        (None, ["--strategy", '{"down": 8}'], "lacks no images of any class: --ratio 1"),
        (None, ["--strategy", '{"down": 99999999999}'], "rows take about"),
        (None, ["-o", "{0}/../o.parquet"], "images need a folder"),
        (None, ["-o", "-"], "name one with -o"),
        (None, ["-o", "{0}/more"], "lies in the folder that is read"),
        (None, ["-o", "{0}/../full"], "not an empty folder"),
        (None, ["-o", "{0}/../none/more"], "make it first"),
    ],
)
def test_what_goes_wrong_is_said_before_anything_is_trained(command, folder, tmp_path, fits, spoil, options, message):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old.txt").write_text("old")
    if spoil is not None:
        spoil(folder)
    given = ["-o", tmp_path / "more", *(option.replace("{0}", str(folder)) for option in options)]
    status, _, told = command("rebalance", folder, *given, "-q")
    assert status == 1
    assert message.replace("{0}", str(folder)) in told
    assert not fits
    assert not (tmp_path / "more").exists()


def test_a_folder_without_classes_is_refused(command, tmp_path):
    write(tmp_path / "flat" / "1.png", X[0, ..., None])
    status, _, told = command("rebalance", tmp_path / "flat", "-o", tmp_path / "more")
    assert status == 1
    assert "put the images of each class into a folder of its own" in told


@pytest.mark.parametrize("options", [[], ["-t", "y"]])
def test_a_folder_of_tables_is_not_taken_for_one_of_images(command, tmp_path, options):
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "0.parquet").touch()
    status, _, told = command("rebalance", tmp_path / "many", "-o", tmp_path / "out.csv", *options)
    assert (status, told.count("\n")) == (1, 1)
    assert "many is a folder of tables" in told
    assert "`ganaug sample --counts`" in told


def test_options_of_the_other_kind_are_refused(command, folder, tmp_path):
    for options in (["-t", "y"], ["--mark", "new"], ["--identifiers", "fake"], ["--model", "m.ganaug"]):
        status, _, told = command("rebalance", folder, "-o", tmp_path / "more", *options)
        assert status == 2
        assert "goes with a table" in told
    (tmp_path / "t.csv").write_text("a,y\n1,p\n2,q\n")
    assert command("rebalance", tmp_path / "t.csv")[0] == 2
    assert command("rebalance", tmp_path / "t.csv", "-t", "y", "--image-size", "9x9")[0] == 2


@pytest.mark.usefixtures("dice")
def test_nothing_half_written_stays(command, folder, tmp_path, monkeypatch):
    def interrupted(*_: Any) -> None:
        assert any(path.name.startswith(".more.") for path in tmp_path.iterdir())
        raise KeyboardInterrupt

    monkeypatch.setattr("tensorflow.io.encode_png", interrupted)
    status, _, _ = command("rebalance", folder, "-o", tmp_path / "more", "-q")
    assert status == 130
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_place_that_cannot_be_written_is_refused(command, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    status, _, told = command("rebalance", folder, "-o", tmp_path / "more")
    assert status == 1
    assert "more cannot be written: the permissions forbid it" in told
