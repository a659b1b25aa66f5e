"""A form with files, as bytes."""

from __future__ import annotations

from email import message_from_bytes, policy

from langchain_sse_chat.request.multipart import FormFile, Multipart


def test_fields_and_files_are_parts() -> None:
    form = Multipart(
        {"purpose": "general"},
        (FormFile("file", "a.png", b"\x89PNG\r\n", "image/png"),),
        boundary="b",
    )

    assert form.content_type == "multipart/form-data; boundary=b"
    assert form.encode() == (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\ngeneral\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\r\n--b--\r\n"
    )


def test_a_form_without_parts_has_only_its_end() -> None:
    assert Multipart(boundary="b").encode() == b"--b--\r\n"


def test_a_name_cannot_add_headers_or_parts() -> None:
    file = FormFile("file", 'a"\r\nX-Evil: 1\r\n\r\n', b"x", "text/plain\r\nX-Evil: 2")

    sent = Multipart(files=(file,), boundary="b").encode()

    assert b"\r\nX-Evil" not in sent
    assert b'filename="a%22%0D%0AX-Evil: 1%0D%0A%0D%0A"' in sent


def test_a_name_outside_ascii_is_sent_in_utf8() -> None:
    sent = Multipart(files=(FormFile("file", "счёт.pdf", b""),), boundary="b").encode()

    assert 'filename="счёт.pdf"'.encode() in sent


def test_the_standard_library_reads_a_form() -> None:
    form = Multipart({"a": "1"}, (FormFile("file", "x.bin", b"\r\n--\r\n"),))
    head = f"Content-Type: {form.content_type}\r\n\r\n".encode()

    first, second = message_from_bytes(
        head + form.encode(), policy=policy.HTTP
    ).iter_parts()

    assert first.get_payload() == "1"
    assert second.get_filename() == "x.bin"
    assert second.get_payload(decode=True) == b"\r\n--\r\n"


def test_forms_have_boundaries_of_their_own() -> None:
    assert Multipart().boundary != Multipart().boundary


def test_the_content_of_a_file_is_not_shown() -> None:
    assert "marker" not in repr(Multipart(files=(FormFile("f", "x", b"marker"),)))
