"""A stand-in for SageMaker and Application Auto Scaling: their behaviour, not their machines."""
