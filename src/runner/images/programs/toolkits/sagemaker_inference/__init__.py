"""What scripts import of sagemaker-inference-toolkit, by its names."""
