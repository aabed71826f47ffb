"""The demo city: every part built once, when it is first asked for."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from . import reference
from .boundaries import Boundaries, make_boundaries
from .facilities import COLUMNS, make_facilities
from .intakes import Intakes, intake_table, make_intakes
from .meters import Meters, make_meters, meter_table, user_table
from .permits import Permits, make_permits, permit_table, well_table
from .places import Places
from .sewage import make_sewage, urban_positions
from .supply_areas import make_supply_areas
from .usage import UsageTables
from .usage_places import UsagePlaces, make_usage_places
from .users import Users, make_users
from .wells import Wells, make_wells


class City:
    """Lazily built parts, and the import table of each dataset (columns as the importer wants them)."""

    @cached_property
    def boundaries(self) -> Boundaries:
        return make_boundaries()

    @cached_property
    def places(self) -> Places:
        return Places(self.boundaries)

    @cached_property
    def facilities(self) -> pd.DataFrame:
        return make_facilities(self.places)

    @cached_property
    def wells(self) -> Wells:
        return make_wells(self.places)

    @cached_property
    def intakes(self) -> Intakes:
        return make_intakes(self.places)

    @cached_property
    def _sewage(self) -> pd.DataFrame:
        return make_sewage(self.places)

    @cached_property
    def works(self) -> dict[str, np.ndarray]:
        """Source → where its water comes from: reclaimed water from sewage plants, surface water from intakes."""
        return {"reclaimed": urban_positions(self._sewage), "surface_water": self.intakes.lonlat}

    @cached_property
    def users(self) -> Users:
        return make_users(self.places, self.works)

    @cached_property
    def permits(self) -> Permits:
        return make_permits(self.wells, self.intakes, self.users)

    @cached_property
    def meters(self) -> Meters:
        return make_meters(self.places, self.users, self.works)

    @cached_property
    def usage_places(self) -> UsagePlaces:
        return make_usage_places(self.places, self.users, self.meters, self.facilities)

    @cached_property
    def usage(self) -> UsageTables:
        return UsageTables(self.usage_places)

    def reporting_unit(self) -> pd.DataFrame:
        """The 17 bureaux: sixteen districts' and 亦庄."""
        districts = reference.of_level("district")
        rows = [(code, f"{name}水务局") for code, name in zip(districts.code, districts.name, strict=True)]
        return pd.DataFrame([*rows, (reference.BDA_UNIT, "亦庄（北京经济技术开发区）")], columns=["code", "name"])

    def region(self) -> pd.DataFrame:
        return self.boundaries.table()

    def population(self) -> pd.DataFrame:
        """The residents of the districts at the seventh census, as published; no figures of townships, none of households."""
        counted = reference.count_by_district("population_2020", "residents")
        return pd.DataFrame(
            [(code, reference.CENSUS_DAY, residents, reference.CENSUS) for code, residents in counted.items()],
            columns=["region", "day", "residents", "source"],
        )

    def permit(self) -> pd.DataFrame:
        return permit_table(self.permits, self.wells, self.users)

    def well(self) -> pd.DataFrame:
        return well_table(self.wells, self.permits)

    def surface_intake(self) -> pd.DataFrame:
        return intake_table(self.intakes, self.permits)

    def facility(self) -> pd.DataFrame:
        return self.facilities[[*COLUMNS, "geometry"]]

    def supply_area(self) -> pd.DataFrame:
        return make_supply_areas(self.places, self.facilities)

    def sewage_plant(self) -> pd.DataFrame:
        return self._sewage

    def water_user(self) -> pd.DataFrame:
        return user_table(self.users, self.permits, self.wells, self.places)

    def meter(self) -> pd.DataFrame:
        return meter_table(self.meters, self.users, self.permits, self.wells, self.places)
