"""What scripts import of sagemaker-xgboost-container, by its names."""
