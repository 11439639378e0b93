"""What is known of how WPS Office writes a workbook, put into one of ours: it is taken in as if nothing were different.

Made after reports of people who read such files, not saved by WPS:
- the used range of a sheet is given as its first cell alone, github.com/langgenius/dify/issues/1039;
- core properties that refine Dublin Core beyond what the standard allows, github.com/alibaba/easyexcel/issues/1471;
- an attribute that is not the standard's in the format of a sheet, customHeight of sheetFormatPr;
- KSOProductBuildVer among the custom properties, as in documents saved by WPS that are found in public repositories;
- pictures in cells as the formula DISPIMG with xl/cellimages.xml, whose schema and relationship are wps.cn's own,
  github.com/productdevbook/hucre/pull/184 and github.com/pandas-dev/pandas/issues/61888;
- an empty list of relationships of a sheet, github.com/SpartnerNL/Laravel-Excel/issues/2743.
Readings 拼音 beside a shared string and relationships by absolute paths are ECMA-376's own, seen in files of many programs.
"""

from __future__ import annotations

import io
import re
import zipfile

from sqlalchemy import select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from leaderboard.ledger.models import CapitalArrival, Project, StageEvent
from tests.exchange.books import full_book, take_in

BUILD = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
 xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">
<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer">
<vt:lpwstr>2052-11.1.0.10132</vt:lpwstr></property>
</Properties>"""
IMAGES = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"><etc:cellImage/></etc:cellImages>"""
NO_RELATIONSHIPS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
PICTURE = 'DISPIMG("ID_61A4C7AEBBCE4C2AB56FC63352E00CBD",1)'


def as_wps(data: bytes) -> bytes:
    """The workbook with its parts written the way these reports describe."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in list(parts):
        if name.startswith("xl/worksheets/sheet"):
            text = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', parts[name])
            parts[name] = text.replace(b"<sheetFormatPr ", b'<sheetFormatPr customHeight="1" ')
            parts[f"xl/worksheets/_rels/{name.rpartition('/')[2]}.rels"] = NO_RELATIONSHIPS
    parts["xl/sharedStrings.xml"] = re.sub(
        "<si><t>(柳溪镇|签约)</t></si>",
        r'<si><t>\1</t><rPh sb="0" eb="2"><t>pinyin</t></rPh><phoneticPr fontId="1" type="noConversion"/></si>',
        parts["xl/sharedStrings.xml"].decode(),
    ).encode()
    parts["xl/_rels/workbook.xml.rels"] = re.sub(
        rb'Target="((?:worksheets|theme)/|styles|shared)',
        rb'Target="/xl/\1',
        parts["xl/_rels/workbook.xml.rels"],
    ).replace(
        b"</Relationships>",
        b'<Relationship Id="rIdImages" Type="http://www.wps.cn/officeDocument/2020/cellImage"'
        b' Target="cellimages.xml"/></Relationships>',
    )
    parts["docProps/core.xml"] = parts["docProps/core.xml"].replace(
        b"</cp:coreProperties>", b"<dcterms:extent>1</dcterms:extent></cp:coreProperties>"
    )
    parts["docProps/custom.xml"], parts["xl/cellimages.xml"] = BUILD, IMAGES
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/cellimages.xml" ContentType="application/vnd.wps-officedocument.cellimage+xml"/>'
        b"</Types>",
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def test_a_workbook_as_wps_writes_it_is_taken_in_whole(session: Session) -> None:
    data = as_wps(full_book())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b'ref="A1"' in archive.read("xl/worksheets/sheet1.xml")
        assert b'"/xl/worksheets/sheet1.xml"' in archive.read("xl/_rels/workbook.xml.rels")
        assert "pinyin" in archive.read("xl/sharedStrings.xml").decode()
    take_in(session, data)
    assert session.scalars(select(Project.name).order_by(Project.code)).all() == [
        "柳溪光伏组件项目",
        "青石食品加工项目",
    ]
    events = session.scalars(select(StageEvent).order_by(StageEvent.occurred_on)).all()
    assert [(str(e.occurred_on), e.stage, e.total_yuan, e.inward_yuan) for e in events] == [
        ("2026-03-05", "signed", 200_000_000, 123_456_789),
        ("2026-04-10", "signed", 50_000_000, 50_000_000),
        ("2026-06-01", "started", None, None),
    ]
    assert sorted(session.scalars(select(CapitalArrival.yuan))) == [7_245_000, 8_000_000]


def test_a_picture_in_a_cell_is_told_and_not_taken_for_words(session: Session) -> None:
    """The first stage's evidence is a photo that was pasted into the cell."""

    def paste(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name("节点").write_formula(1, 5, f"=_xlfn.{PICTURE}", None, f"={PICTURE}")

    report = take_in(session, as_wps(full_book(touch=paste)))
    (told,) = map(str, report.warnings)
    assert "节点" in told
    assert "证明材料" in told
    assert "单元格里嵌的是图片, 读不到, 按空白处理; 请导入后在项目页上传图片" in told
    evidence = select(StageEvent.evidence).order_by(StageEvent.occurred_on)
    assert session.scalars(evidence).all() == [None, None, None]
