//! The file around the sheets: a ZIP with the parts that every workbook has.
//!
//! Sheets are compressed as they come, into a file without a name. So an answer can say how long it is, a failure is
//! still an error instead of half a file, and whoever reads slowly holds no snapshot. The file is in the directory of
//! the system for temporary files (`TMPDIR`).

use std::fmt;
use std::fs::File;
use std::io::{self, Seek, Write};

use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::export::writer::Chunk;
use crate::export::xlsx;

/// The fastest compression: whoever asks for a million rows waits for it.
const COMPRESSION_LEVEL: i64 = 1;
/// What every part begins with.
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// Where the workbook is, and what is said about it.
const ROOT: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
    Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"xl/workbook.xml\"/><Relationship Id=\"rId2\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" \
    Target=\"docProps/app.xml\"/></Relationships>";
/// What made it.
const PROPERTIES: &str = "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
    <Application>Ledger</Application></Properties>";
/// How cells look, by the numbers of [`xlsx::Style`].
const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>\
    <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>\
    <font><b/><sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font></fonts>\
    <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
    </fills><borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
    <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
    <cellXfs count=\"8\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
    <xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"1\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"4\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"10\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
    <xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>\
    </cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

/// Writes a workbook of all the chunks that come, and goes back to its beginning. Returns the file and its length.
///
/// Blocks the thread. Fails when the file cannot be written.
pub(in crate::export) fn write(mut chunks: mpsc::Receiver<Chunk>) -> io::Result<(File, u64)> {
    let mut package = Package::new(tempfile::tempfile()?)?;
    while let Some(Chunk { sheet, bytes }) = chunks.blocking_recv() {
        if let Some(name) = sheet {
            package.begin_sheet(name)?;
        }
        package.zip.write_all(&bytes)?;
    }
    let mut file = package.finish()?;
    let length = file.stream_position()?;
    file.rewind()?;
    Ok((file, length))
}

/// A workbook that is being written.
struct Package {
    zip: ZipWriter<File>,
    /// The names of the sheets so far.
    sheets: Vec<String>,
}

impl Package {
    fn new(file: File) -> io::Result<Self> {
        let mut package = Self { zip: ZipWriter::new(file), sheets: Vec::new() };
        // In this order `file` and its like see that it is a spreadsheet: they look at the names of the first parts.
        package.part("_rels/.rels", ROOT)?;
        package.part("docProps/app.xml", PROPERTIES)?;
        package.part("xl/styles.xml", STYLES)?;
        Ok(package)
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(COMPRESSION_LEVEL));
        Ok(self.zip.start_file(name, options)?)
    }

    fn part(&mut self, name: &str, content: &str) -> io::Result<()> {
        self.begin(name)?;
        self.zip.write_all(XML.as_bytes())?;
        self.zip.write_all(content.as_bytes())
    }

    fn begin_sheet(&mut self, name: String) -> io::Result<()> {
        self.sheets.push(name);
        self.begin(&format!("xl/worksheets/sheet{}.xml", self.sheets.len()))
    }

    /// Writes what names the sheets, and the directory of the ZIP.
    fn finish(mut self) -> io::Result<File> {
        self.write_workbook()?;
        self.write_relations()?;
        self.write_content_types()?;
        Ok(self.zip.finish()?)
    }

    /// The list of the sheets.
    fn write_workbook(&mut self) -> io::Result<()> {
        self.part(
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <bookViews><workbookView/></bookViews><sheets>",
        )?;
        for (number, name) in (1..).zip(&self.sheets) {
            let mut escaped = Vec::new();
            xlsx::escape(name, &mut escaped);
            self.zip.write_all(b"<sheet name=\"")?;
            self.zip.write_all(&escaped)?;
            write!(self.zip, "\" sheetId=\"{number}\" r:id=\"rId{number}\"/>")?;
        }
        self.zip.write_all(b"</sheets></workbook>")
    }

    /// Where the sheets are, and how their cells look.
    fn write_relations(&mut self) -> io::Result<()> {
        const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        self.part(
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
        )?;
        for number in 1..=self.sheets.len() {
            write!(self.zip, "<Relationship Id=\"rId{number}\" Type=\"{KIND}/worksheet\" ")?;
            write!(self.zip, "Target=\"worksheets/sheet{number}.xml\"/>")?;
        }
        write!(self.zip, "<Relationship Id=\"styles\" Type=\"{KIND}/styles\" Target=\"styles.xml\"/>")?;
        self.zip.write_all(b"</Relationships>")
    }

    /// What kind of thing each part is.
    fn write_content_types(&mut self) -> io::Result<()> {
        const KIND: &str = "application/vnd.openxmlformats-officedocument";
        self.part(
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/>",
        )?;
        self.write_type("xl/workbook.xml", format_args!("{KIND}.spreadsheetml.sheet.main+xml"))?;
        self.write_type("xl/styles.xml", format_args!("{KIND}.spreadsheetml.styles+xml"))?;
        self.write_type("docProps/app.xml", format_args!("{KIND}.extended-properties+xml"))?;
        for number in 1..=self.sheets.len() {
            let name = format!("xl/worksheets/sheet{number}.xml");
            self.write_type(&name, format_args!("{KIND}.spreadsheetml.worksheet+xml"))?;
        }
        self.zip.write_all(b"</Types>")
    }

    fn write_type(&mut self, part: &str, kind: fmt::Arguments<'_>) -> io::Result<()> {
        write!(self.zip, "<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>")
    }
}
