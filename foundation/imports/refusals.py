"""Why a whole file is refused, in words that say what was found and what to do next.

A row that cannot be read never raises: it is handed out as a `RejectedRow`. These errors are
for what concerns the file or the table as a whole.
"""

from ledger.errors import InvalidInput

SUPPORTED = ".xlsx、.xls、.csv"


class FileRefused(InvalidInput):
    """The file as a whole cannot be imported."""

    code = "file_refused"
    message = "文件“{filename}”无法导入"


class FileEmpty(FileRefused):
    """There is not a single byte, or no more than blanks."""

    code = "file_empty"
    message = "文件“{filename}”是空的，请检查后重新导出"


class FileTypeUnsupported(FileRefused):
    """The name ends in something that is not imported."""

    code = "file_type_unsupported"
    message = "不支持“{filename}”这种文件，请另存为" + SUPPORTED + "后再导入"


class FileNotWhatItSays(FileRefused):
    """The content is of another kind than the name says."""

    code = "file_not_what_it_says"
    message = "文件“{filename}”按扩展名应为{named}，实际内容是{found}。{advice}"


class FileEncrypted(FileRefused):
    """The workbook needs a password."""

    code = "file_encrypted"
    message = "文件“{filename}”设有打开密码，请用 Excel 或 WPS 取消密码后另存再导入"


class FileDamaged(FileRefused):
    """The workbook is cut off, damaged, or larger than can be read."""

    code = "file_damaged"
    message = "文件“{filename}”已损坏或不完整，无法读取，请重新导出或重新下载"


class TextUnreadable(FileRefused):
    """The text is in no encoding that we read, or its quotes do not match."""

    code = "text_unreadable"
    message = "文本文件“{filename}”无法读取：{reason}"


class SheetNotFound(FileRefused):
    """The workbook has no sheet of that name."""

    code = "sheet_not_found"
    message = "文件“{filename}”中没有工作表“{sheet}”，现有工作表：{sheets}"


class NoTableFound(FileRefused):
    """No row looks like the header of a register."""

    code = "no_table_found"
    message = (
        "在“{filename}”的前 {searched} 行中没有找到表头，表头应至少有捐赠人和金额两列；"
        "如果文件没有表头，请指定各列的含义"
    )


class MissingColumn(FileRefused):
    """There is a header, but a column that every gift needs is not in it."""

    code = "missing_column"
    message = "表中没有“{column}”列，看到的列名是：{labels}。请改列名，或指定哪一列是“{column}”"


class AmbiguousColumn(FileRefused):
    """Two columns could be the amount, and choosing would be a guess about money."""

    code = "ambiguous_column"
    message = "有多列都可能是“{column}”：{labels}。请指定用哪一列"


class DateNeeded(FileRefused):
    """The table has no date column and no date was given."""

    code = "date_needed"
    message = "表中没有日期列，请另外指定到账日期{hint}"


class UnitConflict(FileRefused):
    """The header and a line of the sheet name different units of the amounts."""

    code = "unit_conflict"
    message = "金额单位不一致：{first}，而{second}。请指定单位"


class UnitUnsupported(FileRefused):
    """The amounts are in fen, or in a unit that is not RMB."""

    code = "unit_unsupported"
    message = "列“{label}”的金额单位不支持，金额应以元或万元等人民币单位表示"


class MappingInvalid(FileRefused):
    """The mapping that was given does not fit the table."""

    code = "mapping_invalid"
    message = "指定的列不适用于此表：{reason}"
