"""What scripts import of sagemaker-containers, by its names."""
