"""Training a model: utilisation learned on published runs, memory, image and video models."""
