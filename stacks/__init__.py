"""The Terraform stacks. Importing this package makes the AWS provider's bindings load on first use."""

from lazy_bindings import loader

loader.install("cdktf_cdktf_provider_aws", version="20.1.0", unless="ROLLFORWARD_STOCK_JSII")
