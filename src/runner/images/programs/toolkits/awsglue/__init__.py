"""The part of AWS Glue's own Python modules that scripts use."""
