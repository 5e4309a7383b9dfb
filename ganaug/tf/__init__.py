"""Synthetic rows in tf.data pipelines and Keras models."""
