"""The water domain in space, one module a stage: regions, take, supply, use, drain, and the releases behind them."""

from layers.models.access import Grant, Openness, PermissionClass, RightsChange, Role
from layers.models.drain import SewagePlant
from layers.models.grid import GridBuild, GridDifference, GridPlace, GridUnit, GridUsage, GridWeight, GridYear
from layers.models.ground import Railway, Road, WaterBody, Watercourse
from layers.models.place import Declaration
from layers.models.population import Population
from layers.models.provisional import ProvisionalMonth
from layers.models.quality import Finding, JudgedFinding, Judgement, RuleRun
from layers.models.regions import Boundary, BoundaryPiece, Edition, PastPlace, Region, ReportingUnit
from layers.models.releases import FormerState, LayerVersion, Release
from layers.models.standing import PastStanding
from layers.models.sums import UsageSum
from layers.models.supply import SupplyArea, SupplyFacility
from layers.models.take import AbstractionHolder, AbstractionPermit, SurfaceIntake, Well
from layers.models.use import Meter, UsageRecord, WaterUser

__all__ = [
    "AbstractionHolder",
    "AbstractionPermit",
    "Boundary",
    "BoundaryPiece",
    "Declaration",
    "Edition",
    "Finding",
    "FormerState",
    "Grant",
    "GridBuild",
    "GridDifference",
    "GridPlace",
    "GridUnit",
    "GridUsage",
    "GridWeight",
    "GridYear",
    "JudgedFinding",
    "Judgement",
    "LayerVersion",
    "Meter",
    "Openness",
    "PastPlace",
    "PastStanding",
    "PermissionClass",
    "Population",
    "ProvisionalMonth",
    "Railway",
    "Region",
    "Release",
    "ReportingUnit",
    "RightsChange",
    "Road",
    "Role",
    "RuleRun",
    "SewagePlant",
    "SupplyArea",
    "SupplyFacility",
    "SurfaceIntake",
    "UsageRecord",
    "UsageSum",
    "WaterBody",
    "WaterUser",
    "Watercourse",
    "Well",
]
