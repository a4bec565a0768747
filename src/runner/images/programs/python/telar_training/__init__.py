"""The inside of a training job: what SageMaker's own containers do between `train` and the user's code."""
