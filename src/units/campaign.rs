//! The directory of a campaign.

use super::record::{CampaignRecord, ListedUnit, PartRecord, ids};
use super::{Joined, MOST_UNITS, Progress, Request, UnitError};
use crate::files::{is_temporary, naming, replace};
use crate::network::InvalidProblem;
use crate::sealed::{Sealed, sha256_of_program as program};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

const FILE: &str = "campaign.json";
const PARTS: &str = "parts";
const JOINED: &str = "joined";

/// A campaign in its directory.
pub struct Campaign {
    path: PathBuf,
    record: CampaignRecord,
    /// What every part is of.
    of: String,
}

/// What is there of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Missing,
    /// Its part.
    Finished,
    /// A file in the place of its part, and why it is not that.
    Wrong(&'static str),
}

/// What became of a unit that was to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was found now.
    Now,
    /// It was there.
    Before,
    /// What was there in its place was wrong, and is replaced.
    Instead(&'static str),
}

/// Units whose parts are missing or wrong.
pub type Unfinished<'a> = Vec<(&'a ListedUnit, State)>;

impl Campaign {
    /// The campaign of `request` in the directory, which is made if there is none. One that is there already stays as it
    /// is, so that two submissions are one. Cost: that of the forecasts, if it is new.
    ///
    /// # Errors
    /// [`UnitError::Campaign`] if the directory holds a campaign of another request, seed or program, or a damaged one;
    /// those of the request and of the file system.
    pub fn create(path: &Path, request: Request) -> Result<Self, UnitError> {
        if let Some(record) = read(path)? {
            let same = [
                ("program", record.program == program()?),
                ("seed", record.request.seed() == request.seed()),
                ("request", record.request == request),
            ];
            if let Some((what, _)) = same.iter().find(|(_, same)| !same) {
                let why = format!("holds a campaign of another {what}; give another directory");
                return Err(UnitError::Campaign(path.display().to_string(), why));
            }
            return Self::of(path, record);
        }
        let listed = request.units().names_and_costs()?;
        if listed.is_empty() || listed.len() > MOST_UNITS {
            let allowed = format!("a campaign has 1 to {MOST_UNITS} units");
            return Err(InvalidProblem::new("units", listed.len(), allowed).into());
        }
        let id = ids(&request)?;
        let unit = |(name, cost): (String, _)| {
            Ok::<_, io::Error>(ListedUnit { id: id(&name)?, name, cost })
        };
        let units = listed.into_iter().map(unit).collect::<Result<Vec<_>, _>>()?;
        let mut ids = HashSet::new();
        if let Some(twice) = units.iter().find(|unit| !ids.insert(&unit.id)) {
            return Err(UnitError::Damaged(twice.name.clone(), "it is listed twice".into()));
        }
        let parts = path.join(PARTS);
        fs::create_dir_all(&parts).map_err(|e| naming(&parts, &e))?;
        let record = CampaignRecord::new(program()?, request, units)?;
        write(&record, &path.join(FILE))?;
        Self::of(path, record)
    }

    fn of(path: &Path, record: CampaignRecord) -> Result<Self, UnitError> {
        Ok(Self { path: path.into(), of: record.of()?, record })
    }

    /// The campaign in the directory.
    ///
    /// # Errors
    /// [`UnitError::Campaign`] if there is none, it is damaged, or of another program.
    pub fn open(path: &Path) -> Result<Self, UnitError> {
        let wrong = |why: &str| UnitError::Campaign(path.display().to_string(), why.into());
        let record = read(path)?.ok_or_else(|| wrong("holds no campaign: list its units first"))?;
        if record.program != program()? {
            return Err(wrong("holds a campaign of another program"));
        }
        Self::of(path, record)
    }

    /// What it is of.
    pub fn request(&self) -> &Request {
        &self.record.request
    }

    /// Its units, in the order of the joined result.
    pub fn units(&self) -> &[ListedUnit] {
        &self.record.units
    }

    /// The directory into which parts are joined.
    pub fn joined(&self) -> PathBuf {
        self.path.join(JOINED)
    }

    /// The file of the part of a unit.
    pub fn part(&self, unit: &ListedUnit) -> PathBuf {
        self.path.join(PARTS).join(format!("{}.json", unit.id))
    }

    fn read_part(&self, unit: &ListedUnit) -> io::Result<Result<PartRecord, State>> {
        Ok(match PartRecord::read(&self.part(unit))? {
            None => Err(State::Missing),
            Some(Err(why)) => Err(State::Wrong(why)),
            Some(Ok(part)) => match part.differs(&self.record, &self.of, unit) {
                Some(why) => Err(State::Wrong(why)),
                None => Ok(part),
            },
        })
    }

    /// What is there of a unit.
    ///
    /// # Errors
    /// Those of reading.
    pub fn state(&self, unit: &ListedUnit) -> io::Result<State> {
        Ok(self.read_part(unit)?.err().unwrap_or(State::Finished))
    }

    /// Finds the unit of that id and writes its part, unless it is there.
    ///
    /// # Errors
    /// If there is no such unit; those of the work and of the file system.
    pub fn run(&self, id: &str, progress: Progress) -> Result<Done, UnitError> {
        let unit = self.record.units.iter().find(|unit| unit.id == id);
        let unit = unit.ok_or_else(|| {
            InvalidProblem::new(
                "id",
                id,
                "the campaign has no such unit; `seprank units list` has all",
            )
        })?;
        let done = match self.state(unit)? {
            State::Finished => return Ok(Done::Before),
            State::Missing => Done::Now,
            State::Wrong(why) => Done::Instead(why),
        };
        let result = self.record.request.units().find(&unit.name, progress)?;
        let part = PartRecord::new(&self.record, &self.of, unit, result)?;
        match write(&part, &self.part(unit)) {
            // Another process has put it there meanwhile, and what this one began was swept away.
            Err(_) if self.state(unit)? == State::Finished => Ok(done),
            written => Ok(written.map(|()| done)?),
        }
    }

    /// Puts the parts together; those that are missing or wrong are returned instead, if there are any. What killed
    /// processes began to write is removed when all is there.
    ///
    /// # Errors
    /// Those of the file system and of the parts' contents.
    pub fn join(&self) -> Result<Result<Joined, Unfinished<'_>>, UnitError> {
        let (mut parts, mut others) = (Vec::new(), Vec::new());
        for unit in &self.record.units {
            match self.read_part(unit)? {
                Ok(part) => parts.push((unit.name.as_str(), part.result)),
                Err(state) => others.push((unit, state)),
            }
        }
        if !others.is_empty() {
            return Ok(Err(others));
        }
        let out = self.joined();
        fs::create_dir_all(&out).map_err(|e| naming(&out, &e))?;
        let joined = self.record.request.units().put_together(parts, &out)?;
        self.sweep()?;
        Ok(Ok(joined))
    }

    fn sweep(&self) -> io::Result<()> {
        let parts = self.path.join(PARTS);
        for entry in fs::read_dir(&parts).map_err(|e| naming(&parts, &e))? {
            let entry = entry.map_err(|e| naming(&parts, &e))?;
            if is_temporary(&entry.file_name()) {
                // Another process may have renamed it, or removed it too.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

/// The campaign in the directory, if there is one.
fn read(path: &Path) -> Result<Option<CampaignRecord>, UnitError> {
    let file = path.join(FILE);
    let damaged = |why: &str| {
        let why = format!("{why}; remove it and list the units again, finished parts stay");
        UnitError::Campaign(file.display().to_string(), why)
    };
    CampaignRecord::read(&file)?.map(|read| read.map_err(damaged)).transpose()
}

fn write(record: &impl Sealed, path: &Path) -> io::Result<()> {
    replace(path, &record.to_bytes()?).map_err(|e| naming(path, &e))
}
