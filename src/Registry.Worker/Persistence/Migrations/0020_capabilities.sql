-- Counts the changes of what the catalogue offers, so that every instance notices them whoever makes them (platform spec 4.3, 3.14).

CREATE TABLE catalogue_revision (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    revision bigint NOT NULL
);

INSERT INTO catalogue_revision (revision) VALUES (1);

CREATE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalogue_revision SET revision = revision + 1;
    RETURN NULL;
END
$$;

-- Deferred: the row is locked only while a transaction commits. Only the columns that decide about providers count; statistics do not.
CREATE CONSTRAINT TRIGGER tools_changed
    AFTER INSERT OR DELETE OR UPDATE OF slug, name, version, capabilities, is_enabled, maintenance_status, archived_at, created_at ON tools
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalogue_changed();

CREATE CONSTRAINT TRIGGER tool_versions_changed
    AFTER INSERT OR DELETE OR UPDATE OF is_enabled ON tool_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalogue_changed();
