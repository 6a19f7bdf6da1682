"""Files that browsers send: kept in memory, and never more of them than a page could want."""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MOST_KEPT = 4 * 1024 * 1024  # of all files of one request
MOST_READ = 12 * 1024 * 1024  # whatever claims more is not listened to


class Bounded(FileUploadHandler):
    """What is more than we keep is read and forgotten, so that a form can still say by how much it was too big.

    The file that a form gets tells its true size, even where its contents were cut.
    """

    _left = MOST_KEPT

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        if content_length > MOST_READ:
            raise RequestDataTooBig("more was sent than any page of ours takes")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._file = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        kept = raw_data[: self._left]
        self._left -= len(kept)
        self._file.write(kept)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._file.seek(0)
        return InMemoryUploadedFile(
            self._file, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
