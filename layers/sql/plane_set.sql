-- The plane that areas and cells are measured in (migration 0002).
CREATE OR REPLACE FUNCTION layers_plane_srid() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN {srid}
