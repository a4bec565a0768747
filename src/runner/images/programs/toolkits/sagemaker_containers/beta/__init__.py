"""As in sagemaker-containers."""
