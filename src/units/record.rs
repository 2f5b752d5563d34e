//! Campaigns and parts as files.

use super::{Cost, Request, UnitError};
use crate::files::sha256;
use crate::sealed::Sealed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io;

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
    /// `of` is [`CampaignRecord::of`].
    pub(super) fn new(
        campaign: &CampaignRecord,
        of: &str,
        unit: &ListedUnit,
        result: Value,
    ) -> Result<Self, UnitError> {
        let part = Self {
            campaign: of.into(),
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
        of: &str,
        unit: &ListedUnit,
    ) -> Option<&'static str> {
        let same = [
            ("it is of another program", self.program == campaign.program),
            ("it is of another seed", self.seed == campaign.request.seed()),
            ("it is of another request: other sizes, weights or limits", self.campaign == of),
            ("it is of another unit", (&self.id, &self.name) == (&unit.id, &unit.name)),
        ];
        same.into_iter().find(|(_, same)| !same).map(|(why, _)| why)
    }
}

/// The ids of units: each depends on nothing but the request and the unit's name.
pub(super) fn ids(request: &Request) -> io::Result<impl Fn(&str) -> io::Result<String> + use<>> {
    let (kind, request) = (request.kind(), serde_json::to_string(request)?);
    Ok(move |name: &str| {
        let text = format!("[{request},{}]", serde_json::to_string(name)?);
        Ok(format!("{kind}-{}", &sha256(text.as_bytes())[..16]))
    })
}
