"""A handful of functions as a test run: each check runs, failures are shown, the last line says n of m."""

import struct
import sys
import traceback
import zlib

CHECKS = []


def check(function):
    """Registers a check; what it asserts is in its name."""
    CHECKS.append(function)
    return function


def run(title):
    failed = 0
    for function in CHECKS:
        try:
            function()
        except Exception:  # noqa: BLE001: whatever it is, the other checks go on
            failed += 1
            print(f"FAIL {function.__name__}\n{traceback.format_exc(limit=4)}", file=sys.stderr)
    print(f"{title}: {len(CHECKS) - failed} of {len(CHECKS)} checks pass")
    sys.exit(1 if failed else 0)


def same(actual, expected):
    assert actual == expected, f"\n  actual   {actual!r}\n  expected {expected!r}"


def raises(kind, call):
    """The error of this type, or of one of these, that `call` raises."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind}")


def png(width, height):
    """A grey PNG."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
