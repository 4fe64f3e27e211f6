//! Workbooks in the layout that Overvis imports and exports: device templates as `.xlsx`
//! (https://docs.overvis.com/en/cloud/reference/device-templates/, DOMAIN.md 2.4).
//!
//! The sheet `Info` has fixed cells, the sheet `Params` a row of headings and a row a parameter.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::file::{Name, Parameter};
use super::Template;
use super::source::Loaded;

/// Sheets of the layout that have no counterpart here.
const WITHOUT_EFFECT: [&str; 2] = ["Visualization", "Alerts"];

/// What a cell becomes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Also exact numbers, which are read digit by digit.
    Text,
    Whole,
    Flag,
    /// A line a value: `value;text;description`.
    Words,
}

/// Headings, with the field that the cells below become. The languages' columns are not among them.
const COLUMNS: [(&str, &str, Kind); 19] = [
    ("Category", "category", Kind::Text),
    ("Mnemonic", "label", Kind::Text),
    ("Name", "name", Kind::Text),
    ("Description", "description", Kind::Text),
    ("Address", "address", Kind::Whole),
    ("Bit Position", "bitPosition", Kind::Whole),
    ("Bits Num", "bitsAmount", Kind::Whole),
    ("Multiplier", "multiplier", Kind::Text),
    ("Shift", "shift", Kind::Text),
    ("Decimal Precision", "precision", Kind::Whole),
    ("Represent As", "texts", Kind::Words),
    ("Type", "type", Kind::Text),
    ("Min", "min", Kind::Text),
    ("Max", "max", Kind::Text),
    ("Units", "unit", Kind::Text),
    ("Register Kind", "registerKind", Kind::Text),
    ("Is Tracked", "isTracked", Kind::Flag),
    ("Is Programmable", "isProgrammable", Kind::Flag),
    ("Read As Group", "readAsGroup", Kind::Flag),
];

/// The dashboard's column, apart because its name here is another.
const WIDGET: (&str, &str, Kind) = ("Widget", "isDisplayedOnDashboard", Kind::Flag);

/// Columns that may stand there once more for each of these languages, their code behind the heading.
const TRANSLATED: [&str; 5] = ["Category", "Name", "Description", "Units", "Represent As"];
const LANGUAGES: [(&str, &str); 3] = [("RU", "ru"), ("PL", "pl"), ("UA", "ua")];

/// A column of this workbook.
struct Column {
    heading: String,
    field: &'static str,
    kind: Kind,
    /// `en` without a language of its own.
    lang: &'static str,
}

/// Reads a template. Every fault that was found, each with file, sheet, cell and heading.
pub fn read(path: &Path, id: &str) -> Result<Loaded, Vec<String>> {
    let mut faults = Vec::new();
    let mut ignored = Vec::new();
    let fail = |text: String| vec![format!("{}: {text}", path.display())];
    let mut workbook: Xlsx<_> =
        open_workbook(path).map_err(|error: calamine::XlsxError| fail(format!("cannot be read: {error}")))?;
    for sheet in workbook.sheet_names() {
        if WITHOUT_EFFECT.contains(&sheet.as_str()) {
            ignored.push(format!("{}: sheet `{sheet}` has no effect", path.display()));
        } else if !["Info", "Params"].contains(&sheet.as_str()) {
            let text = "unknown, expected Info, Params, Visualization or Alerts";
            faults.push(format!("{}: sheet `{sheet}`: {text}", path.display()));
        }
    }
    let mut sheet = |name: &str| {
        workbook.worksheet_range(name).map_err(|error| fail(format!("sheet `{name}`: cannot be read: {error}")))
    };
    let (info, params) = (sheet("Info")?, sheet("Params")?);
    let mut template =
        read_info(&info, id, |cell, text| faults.push(format!("{}: Info!{cell}: {text}", path.display())));
    template.parameters =
        read_params(&params, |cell, text| faults.push(format!("{}: Params!{cell}: {text}", path.display())));
    if faults.is_empty() {
        // Those of single parameters have been found cell by cell.
        let rest = template.check().into_iter().map(|(place, text)| {
            match place.map(|place| place.line).filter(|row| *row > 0) {
                Some(row) => format!("{}: Params, row {row}: {text}", path.display()),
                None => format!("{}: {text}", path.display()),
            }
        });
        faults.extend(rest);
    }
    if faults.is_empty() { Ok(Loaded { template, ignored }) } else { Err(faults) }
}

/// Of a row and a column that count from 0: `C7`.
fn cell_name(row: usize, column: usize) -> String {
    let mut letters = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    format!("{letters}{}", row + 1)
}

/// The text of a cell; a number's shortest digits, without a fraction that is zero.
fn text_of(cell: Option<&Data>) -> String {
    match cell {
        None | Some(Data::Empty) => String::new(),
        Some(Data::Float(number)) => number.to_string(),
        Some(other) => other.to_string().trim().to_owned(),
    }
}

fn at(range: &Range<Data>, row: usize, column: usize) -> Option<&Data> {
    range.get_value((u32::try_from(row).ok()?, u32::try_from(column).ok()?))
}

fn read_info(info: &Range<Data>, id: &str, mut fault: impl FnMut(String, String)) -> Template {
    let mut field = |row: usize, name: &str, most: usize| {
        let text = text_of(at(info, row, 1));
        if super::is_longer(Some(&text), most) {
            fault(cell_name(row, 1), format!("{name}: too long, expected at most {most} characters"));
        }
        text
    };
    let (manufacturer, name) = (field(0, "Manufacturer", 200), field(1, "Model", 200));
    let (version, category) = (field(2, "Device Version", 50), field(3, "Category", 200));
    if name.is_empty() {
        fault(cell_name(1, 1), "Model: missing, expected 1 to 200 characters".to_owned());
    }
    let group_size = text_of(at(info, 5, 1));
    let read_group_size = group_size.parse::<u8>().ok().filter(|size| *size > 0);
    if read_group_size.is_none() {
        fault(cell_name(5, 1), format!("Read Group Size: `{group_size}`, expected a whole number from 1 to 255"));
    }
    let function = text_of(at(info, 6, 1));
    let write_function = parabus_core::modbus::WriteFunction::from_code(&function);
    if write_function.is_none() {
        fault(cell_name(6, 1), format!("Write Function: `{function}`, expected normal, always-6 or always-16"));
    }
    // A long description goes on in the cells below.
    let end = info.end().map_or(0, |(row, _)| row as usize);
    let description: String = (1..=end).map(|row| text_of(at(info, row, 3))).collect();
    let named = |text: &str| Name::from(text);
    Template {
        id: named(id),
        name: named(&name),
        manufacturer,
        version,
        category: Some(category).filter(|text| !text.is_empty()),
        description: Some(description).filter(|text| !text.is_empty()),
        read_group_size,
        write_function,
        ..Template::default()
    }
}

/// The column of a heading, in any letter case.
fn column_of(heading: &str) -> Option<Column> {
    let (plain, lang) = LANGUAGES
        .iter()
        .find_map(|(suffix, lang)| {
            let (plain, end) = heading.rsplit_once(' ')?;
            end.eq_ignore_ascii_case(suffix).then_some((plain.trim(), *lang))
        })
        .unwrap_or((heading, "en"));
    let (known, field, kind) =
        COLUMNS.iter().chain([&WIDGET]).find(|(known, ..)| known.eq_ignore_ascii_case(plain)).copied()?;
    let is_there = lang == "en" || TRANSLATED.contains(&known);
    is_there.then(|| Column { heading: heading.to_owned(), field, kind, lang })
}

fn read_params(params: &Range<Data>, mut fault: impl FnMut(String, String)) -> Vec<Parameter> {
    let Some((last_row, last_column)) = params.end() else {
        fault("A1".to_owned(), "empty, expected a row of headings".to_owned());
        return Vec::new();
    };
    let mut columns: BTreeMap<usize, Column> = BTreeMap::new();
    for column in 0..=last_column as usize {
        let heading = text_of(at(params, 0, column));
        match column_of(&heading) {
            None if heading.is_empty() => {}
            None => fault(cell_name(0, column), format!("unknown heading `{heading}`")),
            Some(found) if columns.values().any(|other| (other.field, other.lang) == (found.field, found.lang)) => {
                fault(cell_name(0, column), format!("heading `{heading}` stands twice"));
            }
            Some(found) => drop(columns.insert(column, found)),
        }
    }
    for needed in ["name", "address", "type", "registerKind"] {
        if !columns.values().any(|column| column.field == needed && column.lang == "en") {
            let heading = COLUMNS.iter().find(|(_, field, _)| *field == needed).map_or(needed, |(heading, ..)| heading);
            fault("A1".to_owned(), format!("no heading `{heading}`"));
            return Vec::new();
        }
    }
    let mut read = Vec::new();
    for row in 1..=last_row as usize {
        if columns.keys().all(|column| text_of(at(params, row, *column)).is_empty()) {
            continue;
        }
        read.extend(read_param(params, &columns, row, &mut fault));
    }
    read
}

fn read_param(
    params: &Range<Data>,
    columns: &BTreeMap<usize, Column>,
    row: usize,
    fault: &mut impl FnMut(String, String),
) -> Option<Parameter> {
    let mut fields = Map::new();
    let mut is_good = true;
    for (index, column) in columns {
        let text = text_of(at(params, row, *index));
        if text.is_empty() {
            continue;
        }
        if let Err(error) = put(&mut fields, column, &text) {
            fault(cell_name(row, *index), format!("{}: {error}", column.heading));
            is_good = false;
        }
    }
    let place = |field: &str| {
        let mut of_field = columns.iter().filter(|(_, column)| column.field == field);
        of_field.next().map_or_else(
            || (cell_name(row, 0), field.to_owned()),
            |(index, column)| (cell_name(row, *index), column.heading.clone()),
        )
    };
    match deserialize::<Parameter>(Value::Object(fields)) {
        Ok(mut param) => {
            param.name.place.line = row as u64 + 1;
            for (field, text) in param.faults() {
                let (cell, heading) = place(field);
                fault(cell, format!("{heading}: {text}"));
                is_good = false;
            }
            is_good.then_some(param)
        }
        Err((field, text)) => {
            // `missing field` names no place but the whole row.
            let missing = text.split('`').nth(1).filter(|_| field == ".").unwrap_or(&field);
            let (cell, heading) = place(missing);
            fault(cell, format!("{heading}: {text}"));
            None
        }
    }
}

/// The field's name beside the error.
fn deserialize<T: DeserializeOwned>(value: Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(value).map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
        (error.path().to_string(), error.into_inner().to_string())
    })
}

/// Adds a cell to the fields of its row.
fn put(fields: &mut Map<String, Value>, column: &Column, text: &str) -> Result<(), String> {
    let value = match column.kind {
        Kind::Text => Value::String(text.to_owned()),
        Kind::Whole => text.parse::<u32>().map_err(|_| format!("`{text}` is not a whole number"))?.into(),
        Kind::Flag => match text.to_lowercase().as_str() {
            "true" | "yes" | "1" | "+" => true.into(),
            "false" | "no" | "0" | "-" => false.into(),
            _ => return Err(format!("`{text}`, expected yes or no")),
        },
        Kind::Words => {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let mut parts = line.splitn(3, ';').map(str::trim);
                let (Some(value), Some(words)) = (parts.next(), parts.next()) else {
                    return Err(format!("`{line}`, expected `value;text` or `value;text;description`"));
                };
                let place = &mut fields.entry("texts").or_insert(Value::Null)[column.lang][value];
                if !place.is_null() {
                    return Err(format!("`{value}` stands twice"));
                }
                *place = words.into();
                if let Some(description) = parts.next().filter(|description| !description.is_empty()) {
                    fields.entry("textDescriptions").or_insert(Value::Null)[column.lang][value] = description.into();
                }
            }
            return Ok(());
        }
    };
    if column.lang == "en" {
        fields.insert(column.field.to_owned(), value);
    } else {
        fields.entry("translations").or_insert(Value::Null)[column.lang][column.field] = value;
    }
    Ok(())
}
