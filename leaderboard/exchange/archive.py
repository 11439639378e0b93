"""The first look at an uploaded file: is it an xlsx archive at all, and is it of a size that may be opened."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from config import Settings
from leaderboard.exchange.problems import FileRefused

MB = 1_000_000
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
LARGE_ENTRY = MB
"""Entries larger than this are held to the ratio one by one; small ones may be as regular as they like."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost: sizes in bytes, memory in MB, time in seconds, the table's greatest extent."""

    upload_bytes: int = 20 * MB
    entries: int = 200
    unpacked_bytes: int = 200 * MB
    ratio: int = 100
    memory_mb: int = 1024
    seconds: int = 120
    rows: int = 200_000
    columns: int = 64
    text_bytes: int = 200 * MB
    """Most that the reader may hand back."""

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits in the settings."""
        return cls(
            upload_bytes=settings.upload_bytes,
            memory_mb=settings.import_memory_mb,
            seconds=settings.import_seconds,
        )


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse, without unpacking anything, what is no xlsx file or would unpack to too much. Raises FileRefused."""
    if len(data) > limits.upload_bytes:
        raise FileRefused(
            f"文件有 {_mb(len(data))} MB, 超过 {_mb(limits.upload_bytes)} MB 的上限, 请拆分后分次导入"
        )
    if not data.startswith(b"PK\x03\x04"):
        raise FileRefused(_what_it_is(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused("文件已损坏, 无法打开, 请在 Excel 或 WPS 中重新另存为 .xlsx") from error
    _check_sizes(entries, limits)
    _check_contents(entries)


def _check_sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise FileRefused(f"文件内含 {len(entries)} 个部件, 超过 {limits.entries} 个的上限, 不像正常的表格")
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise FileRefused(
            f"文件解压后有 {_mb(unpacked)} MB, 超过 {_mb(limits.unpacked_bytes)} MB 的上限, 请删除多余的行和工作表后重试"
        )
    steep = any(
        entry.file_size > LARGE_ENTRY and entry.file_size > limits.ratio * entry.compress_size
        for entry in entries
    )
    if steep or (unpacked > LARGE_ENTRY and unpacked > limits.ratio * packed):
        raise FileRefused(
            f"文件的压缩比超过 {limits.ratio} 倍, 不像正常的表格, 请只保留数据后另存为新的 .xlsx"
        )


def _check_contents(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("文件设有密码, 请去掉密码后重试")
    if len(names) != len(entries):
        raise FileRefused("文件内有重名的部件, 无法确定以哪个为准, 请在 Excel 或 WPS 中重新另存为 .xlsx")
    if any(name.endswith("vbaProject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise FileRefused("文件含有宏, 请另存为不含宏的 .xlsx")
    if "xl/workbook.bin" in names:
        raise FileRefused("这是 .xlsb 文件, 请另存为 .xlsx")
    if "xl/workbook.xml" not in names:
        raise FileRefused("这不是 Excel 工作簿, 请使用模板并保存为 .xlsx")


def _what_it_is(data: bytes) -> str:
    """A sentence on a file that is no zip archive."""
    if not data:
        return "文件是空的 (0 字节), 可能没有保存或没有传完, 请打开核对、保存后再导入"
    if data.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "文件设有密码, 请去掉密码后重试"
        return "这是旧的 .xls (或 .et) 文件, 请在 Excel 或 WPS 中另存为 .xlsx"
    if data.lstrip()[:1] == b"<":
        return "这是网页或 XML 文件, 不是 .xlsx, 请在 Excel 或 WPS 中打开后另存为 .xlsx"
    if b"\x00" not in data[:4096]:
        return "这是文本文件 (如 CSV), 不是 .xlsx, 请使用模板并保存为 .xlsx"
    return "这不是 .xlsx 文件, 请使用模板并保存为 .xlsx"


def _mb(size: int) -> str:
    return f"{size / MB:.1f}"
