"""What AWS says of a request, in our words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapter import Told  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Iterator

DENIED = ("AccessDenied", "Unrecognized", "InvalidSignature", "ExpiredToken", "InvalidClientToken")


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where AWS says no."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        NoRegionError,
    )

    try:
        yield
    except NoCredentialsError:
        raise Told("AuthenticationFailed", "AWS credentials are missing") from None
    except NoRegionError:
        raise Told("AuthenticationFailed", "AWS_DEFAULT_REGION is not set") from None
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
        if code.startswith(DENIED):
            raise Told("AuthenticationFailed", f"AWS says {code}") from None
        if status >= 500:
            raise Told("Unreachable", f"AWS says {code}") from None
        kind = "Refused" if submitting else "BackendUnavailable"
        raise Told(kind, f"{code}: {error.response['Error'].get('Message', '')}") from None
    except BotoCoreError as error:
        raise Told("Unreachable", f"{type(error).__name__}: {error}") from None
