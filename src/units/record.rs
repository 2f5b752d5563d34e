//! Campaigns and parts as files: JSON with a digest of its own, that counts only byte for byte as this program writes it.

use super::{Cost, Request, UnitError};
use crate::files::{naming, replace, sha256};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use std::{fs, io};

/// A unit of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedUnit {
    /// Its id: the kind, and 64 bits of the SHA-256 of request and name. The same wherever it is listed.
    pub id: String,
    /// What it is about.
    pub name: String,
    /// What it is forecast to cost where it was listed.
    pub cost: Cost,
}

/// `campaign.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CampaignRecord {
    pub(super) version: String,
    /// SHA-256 of the program.
    pub(super) program: String,
    pub(super) request: Request,
    pub(super) units: Vec<ListedUnit>,
    sha256: String,
}

/// `parts/ID.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartRecord {
    /// SHA-256 of program and request.
    pub(super) campaign: String,
    /// SHA-256 of the program.
    pub(super) program: String,
    pub(super) seed: u64,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) result: Value,
    sha256: String,
}

/// A record with a digest of its own.
pub(super) trait Sealed: Serialize + DeserializeOwned {
    fn digest(&mut self) -> &mut String;

    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// With the digest of itself, with that field empty.
    fn sealed(mut self) -> io::Result<Self> {
        self.digest().clear();
        *self.digest() = sha256(&self.to_bytes()?);
        Ok(self)
    }

    /// What is in the file; `None` if there is none, and the inner error says what is wrong with its bytes.
    fn read(path: &Path) -> io::Result<Option<Result<Self, &'static str>>> {
        let bytes = match fs::read(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|e| naming(path, &e))?,
        };
        let Ok(mut record) = serde_json::from_slice::<Self>(&bytes) else {
            return Ok(Some(Err("it is cut off, or no such record")));
        };
        let digest = std::mem::take(record.digest());
        let right = sha256(&record.to_bytes()?) == digest;
        *record.digest() = digest;
        let whole = right && record.to_bytes()? == bytes;
        Ok(Some(if whole { Ok(record) } else { Err("its digest is another: it was changed") }))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        replace(path, &self.to_bytes()?).map_err(|e| naming(path, &e))
    }
}

impl Sealed for CampaignRecord {
    fn digest(&mut self) -> &mut String {
        &mut self.sha256
    }
}

impl Sealed for PartRecord {
    fn digest(&mut self) -> &mut String {
        &mut self.sha256
    }
}

impl CampaignRecord {
    pub(super) fn new(
        program: String,
        request: Request,
        units: Vec<ListedUnit>,
    ) -> Result<Self, UnitError> {
        let (version, sha256) = (env!("CARGO_PKG_VERSION").into(), String::new());
        Ok(Self { version, program, request, units, sha256 }.sealed()?)
    }

    /// SHA-256 of program and request: what every part is of.
    pub(super) fn of(&self) -> io::Result<String> {
        let request = serde_json::to_string(&self.request)?;
        Ok(sha256(format!("{}\n{request}\n", self.program).as_bytes()))
    }
}

impl PartRecord {
    pub(super) fn new(
        campaign: &CampaignRecord,
        unit: &ListedUnit,
        result: Value,
    ) -> Result<Self, UnitError> {
        let part = Self {
            campaign: campaign.of()?,
            program: campaign.program.clone(),
            seed: campaign.request.seed(),
            id: unit.id.clone(),
            name: unit.name.clone(),
            result,
            sha256: String::new(),
        };
        Ok(part.sealed()?)
    }

    /// Why it is not the part of that unit, if it is not.
    pub(super) fn differs(
        &self,
        campaign: &CampaignRecord,
        unit: &ListedUnit,
    ) -> io::Result<Option<&'static str>> {
        let same = [
            ("it is of another program", self.program == campaign.program),
            ("it is of another seed", self.seed == campaign.request.seed()),
            (
                "it is of another request: other sizes, weights or limits",
                self.campaign == campaign.of()?,
            ),
            ("it is of another unit", (&self.id, &self.name) == (&unit.id, &unit.name)),
        ];
        Ok(same.into_iter().find(|(_, same)| !same).map(|(why, _)| why))
    }
}

/// The id of a unit: it depends on nothing but the request and the unit's name.
pub(super) fn id(request: &Request, name: &str) -> io::Result<String> {
    let text = serde_json::to_string(&(request, name))?;
    Ok(format!("{}-{}", request.kind(), &sha256(text.as_bytes())[..16]))
}
