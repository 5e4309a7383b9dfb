"""What the elements of a dataset look like, and synthetic rows in their image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..columns.layout import Encoded
from ..data.targets import Target
from ..modality.protocols import Reader
from ..modality.specs import is_dense, shown, without_rows
from ..model import GenerativeModel
from ..plain import AnyArray
from ..tensorflow import tf
from .labels import LabelForm, label_form, label_tensor_type

Element = tuple[Any, ...]


@dataclass(frozen=True)
class Form:
    """Elements of rows: x, (x, y) or (x, y, weight), batched or not.

    Parameters
    ----------
    reader : Reader
    batched : bool
        Whether the first axis counts rows.
    x : TensorSpec, or a dict of them
        Without the axis of rows.
    label : LabelForm or None
    weight : TensorSpec or None
        Without the axis of rows.
    """

    reader: Reader
    batched: bool
    x: Any
    label: LabelForm | None
    weight: Any

    @classmethod
    def of(cls, model: GenerativeModel, spec: Any) -> Form:
        """The form of elements with this `element_spec`.

        Raises
        ------
        TypeError
            If synthetic rows cannot be made to look like them; says what was expected and what was found.
        """
        parts, target = as_parts(spec), model.target
        wanted, counts = ("x alone", (1,)) if target is None else ("(x, y) or (x, y, weight)", (2, 3))
        features = parts[0].values() if parts and isinstance(parts[0], Mapping) else parts[:1]
        if len(parts) not in counts or not all(map(is_dense, (*features, *parts[1:]))):
            raise TypeError(
                f"elements must be {wanted} of dense tensors, x one or a dict of them, as the augmenter was fitted "
                f"{'without' if target is None else 'with'} y; found {shown(spec)}"
            )
        x, y, weight = (*parts, None, None)[:3]
        reader = model.modality.reader(model.encoder, model.container)
        batched, x = reader.rows_of(x, y)
        label = None if target is None else _label_form(target, y, batched)
        return cls(reader, batched, x, label, _weight(weight, batched))

    @property
    def made(self) -> list[Any]:
        """The specs of the flat tensors of x and y, with an axis of rows."""
        specs = tf.nest.flatten(self.x)
        if self.label is not None:
            specs.append(tf.TensorSpec(self.label.shape, self.label.dtype))
        return [tf.TensorSpec([None, *spec.shape], spec.dtype) for spec in specs]

    def features(self, rows: Any, condition: Encoded, seed: int) -> list[AnyArray]:
        """The flat tensors of x of batched elements."""
        flat: list[AnyArray] = tf.nest.flatten(self.reader.features(self.x, rows, condition, seed))
        return flat

    def watched(self, element: Element) -> list[tuple[Any, Callable[[AnyArray], None]]]:
        """Tensors of a batched element of real rows, and what checks each."""
        check = self.reader.check_scale
        return [] if check is None else [(tensor, check) for tensor in tf.nest.flatten(element[0])]

    def condition(self, y: AnyArray, rows: int) -> Encoded:
        """The conditions that the rows of an element stand for."""
        return Encoded.none(rows) if self.label is None else self.label.condition(y)


def form_of(model: GenerativeModel, dataset: Any) -> Form:
    """The form of a dataset's elements.

    Raises
    ------
    TypeError
        As `Form.of`.
    ValueError
        If its labels are places among other `class_names` than the model's classes.
    """
    form, names = Form.of(model, dataset.element_spec), getattr(dataset, "class_names", None)
    own = None if model.target is None or model.target.classes is None else model.target.classes.tolist()
    if names is None or own is None or form.label is None or form.label.dtype == tf.string:
        return form
    if all(isinstance(label, str) for label in own) and list(names) != own:
        raise ValueError(
            f"the dataset's labels are places among its class_names {list(names)}, and those of the augmenter are "
            f"places among {own}: make it of folders of these classes, or map its labels to their names"
        )
    return form


def _label_form(target: Target, y: Any, batched: bool) -> LabelForm:
    try:
        return label_form(target, y.dtype, without_rows(y, batched, "y"))
    except TypeError as error:
        raise TypeError(f"labels: expected {error}; found {shown(y)}") from None


def _weight(spec: Any, batched: bool) -> Any:
    if spec is None:
        return None
    weight = tf.TensorSpec(without_rows(spec, batched, "the weight"), spec.dtype)
    if weight.shape.rank or not weight.dtype.is_floating:
        raise TypeError(f"weights: expected one floating-point number for each row; found {shown(spec)}")
    return weight


def native(model: GenerativeModel) -> Any:
    """The element_spec of single rows as `tf.data.Dataset.from_tensor_slices` would give it for the training data.

    Raises
    ------
    TypeError
        If the labels cannot be held by a tensor.
    """
    x = model.modality.reader(model.encoder, model.container).native
    if model.target is None:
        return x
    own = label_tensor_type(model.target)
    if own is None:
        raise TypeError(
            "the labels are of a type that no tensor can hold: fit with strings or numbers as labels, or use "
            "enlarge or mix with places among classes_ as labels"
        )
    return x, tf.TensorSpec([], own.dtype)


def rowwise(element: Element, function: Callable[[Any], Any]) -> Element:
    """`function` of every tensor of an element."""
    return tuple(tf.nest.map_structure(function, part) for part in element)


def as_parts(element: Any) -> Element:
    return tuple(element) if isinstance(element, (tuple, list)) else (element,)


def bare(parts: Element) -> Any:
    """An element of one part is that part."""
    return parts if len(parts) > 1 else parts[0]


def like(element: object, parts: Element) -> Any:
    """Parts as an element that came: a tuple of one part stays one."""
    return parts if isinstance(element, (tuple, list)) else bare(parts)
