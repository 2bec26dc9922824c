//! The comma-separated lines of classic controllers. Nothing is quoted, and an address may
//! itself hold commas: lines are read from both ends, and what stands between is the address.

/// Why a line was refused. The texts name no person.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LineError {
    /// The bytes are not text.
    #[error("the line is not UTF-8 text")]
    NotText,
    /// A line break inside the line.
    #[error("the line holds a line break or a control character")]
    ControlCharacter,
    /// Fields are missing.
    #[error("the line has {found} fields, {needed} are needed")]
    TooFewFields {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// There are fields too many.
    #[error("the line has {found} fields, {needed} are expected")]
    TooManyFields {
        /// How many there are.
        found: usize,
        /// How many are expected.
        needed: usize,
    },
    /// `F_ID` is empty.
    #[error("the person number (F_ID) is empty")]
    NoNumber,
    /// `RFID` is empty where a tag is needed.
    #[error("the tag (RFID) is empty")]
    NoTag,
}

/// The nine fields of the identity registry on the card (`F_ID` to `Address`), each trimmed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RegistryLine {
    /// `F_ID`: person number and fingerprint slot.
    pub number: String,
    /// `Name`.
    pub name: String,
    /// `Age`.
    pub age: String,
    /// `Gender`.
    pub gender: String,
    /// `DOB`.
    pub birth_date: String,
    /// `A_No`: identity number.
    pub identity_number: String,
    /// `Image`: file name of the registered photograph.
    pub photo_file: String,
    /// `P_No`: phone number.
    pub phone: String,
    /// `Address`: free text, commas allowed.
    pub address: String,
}

/// The fifteen fields of an entry (`esp32/new_entry`, rows of `/log.csv`), each trimmed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EntryLine {
    /// `F_ID` to `Address`.
    pub person: RegistryLine,
    /// `RFID`: the tag issued, as sent.
    pub tag: String,
    /// `Date`, local, `YYYY-MM-DD`; may be empty or 1970.
    pub date: String,
    /// `E_Time`, local, `HH:MM:SS`; may be empty.
    pub entry_time: String,
    /// `Ex_Time`; empty until the exit.
    pub exit_time: String,
    /// `Day`: name of the weekday.
    pub weekday: String,
    /// `RTI`: file name of the picture taken at the entry.
    pub picture_file: String,
}

/// The four fields of an exit (`court/access`), each trimmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExitLine {
    /// `RFID`: the tag read, as sent.
    pub tag: String,
    /// Local date.
    pub date: String,
    /// Local time of day.
    pub time: String,
    /// Name of the weekday.
    pub weekday: String,
}

const FIELDS_BEFORE_ADDRESS: usize = 8;
const FIELDS_AFTER_ADDRESS: usize = 6;

/// Reads nine registry fields.
///
/// # Errors
/// When the line is not text, is too short or names no person number.
pub fn registry_line(line: &[u8]) -> Result<RegistryLine, LineError> {
    registry_fields(&fields(line)?, FIELDS_BEFORE_ADDRESS + 1)
}

/// Reads fifteen entry fields.
///
/// # Errors
/// As [`registry_line`].
pub fn entry_line(line: &[u8]) -> Result<EntryLine, LineError> {
    let fields = fields(line)?;
    let needed = FIELDS_BEFORE_ADDRESS + 1 + FIELDS_AFTER_ADDRESS;
    let too_few = LineError::TooFewFields {
        found: fields.len(),
        needed,
    };
    let Some((head, tail)) = fields
        .len()
        .checked_sub(FIELDS_AFTER_ADDRESS)
        .filter(|_| fields.len() >= needed)
        .and_then(|at| fields.split_at_checked(at))
    else {
        return Err(too_few);
    };
    let [tag, date, entry_time, exit_time, weekday, picture_file] = tail else {
        return Err(too_few);
    };
    Ok(EntryLine {
        person: registry_fields(head, needed)?,
        tag: owned(tag),
        date: owned(date),
        entry_time: owned(entry_time),
        exit_time: owned(exit_time),
        weekday: owned(weekday),
        picture_file: owned(picture_file),
    })
}

/// Reads four exit fields.
///
/// # Errors
/// When the line is not text, has another number of fields or no tag.
pub fn exit_line(line: &[u8]) -> Result<ExitLine, LineError> {
    let fields = fields(line)?;
    let [tag, date, time, weekday] = fields.as_slice() else {
        let (found, needed) = (fields.len(), 4);
        return Err(if found < needed {
            LineError::TooFewFields { found, needed }
        } else {
            LineError::TooManyFields { found, needed }
        });
    };
    if tag.trim().is_empty() {
        return Err(LineError::NoTag);
    }
    Ok(ExitLine {
        tag: owned(tag),
        date: owned(date),
        time: owned(time),
        weekday: owned(weekday),
    })
}

impl EntryLine {
    /// The fields by which an entry is recognised again: all but `Ex_Time`, which is filled
    /// in later on the card.
    #[must_use]
    pub fn identifying_fields(&self) -> [&str; 14] {
        let p = &self.person;
        [
            &p.number,
            &p.name,
            &p.age,
            &p.gender,
            &p.birth_date,
            &p.identity_number,
            &p.photo_file,
            &p.phone,
            &p.address,
            &self.tag,
            &self.date,
            &self.entry_time,
            &self.weekday,
            &self.picture_file,
        ]
    }
}

/// Boards wrap lines in line feeds and cards end them in either way; inside there is none.
fn fields(line: &[u8]) -> Result<Vec<&str>, LineError> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotText)?;
    let text = text.trim_matches(['\r', '\n']);
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(LineError::ControlCharacter);
    }
    Ok(text.split(',').collect())
}

fn registry_fields(fields: &[&str], needed: usize) -> Result<RegistryLine, LineError> {
    let [
        number,
        name,
        age,
        gender,
        birth_date,
        identity_number,
        photo_file,
        phone,
        address @ ..,
    ] = fields
    else {
        return Err(LineError::TooFewFields {
            found: fields.len(),
            needed,
        });
    };
    if address.is_empty() {
        return Err(LineError::TooFewFields {
            found: fields.len(),
            needed,
        });
    }
    if number.trim().is_empty() {
        return Err(LineError::NoNumber);
    }
    Ok(RegistryLine {
        number: owned(number),
        name: owned(name),
        age: owned(age),
        gender: owned(gender),
        birth_date: owned(birth_date),
        identity_number: owned(identity_number),
        photo_file: owned(photo_file),
        phone: owned(phone),
        address: address.join(",").trim().to_owned(),
    })
}

fn owned(field: &str) -> String {
    field.trim().to_owned()
}

#[cfg(test)]
mod tests;
