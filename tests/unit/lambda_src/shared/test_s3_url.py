import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.shared.s3_url import S3Url


@given(st.text("bucket-9.", min_size=1), st.text(min_size=1))
def test_the_text_of_a_url_parses_to_the_url(bucket: str, key: str) -> None:
    url = S3Url(bucket, key)
    assert S3Url.parse(str(url)) == url


@pytest.mark.parametrize(
    "text",
    ["", "s3://", "s3://bucket", "s3://bucket/", "s3:///key", "https://bucket/key", "x s3://b/k"],
)
def test_other_text_is_no_url_of_an_object(text: str) -> None:
    assert S3Url.parse(text) is None
