-- Tools, their immutable versions, and what they depend on (platform spec 9.1).

CREATE TABLE tools (
    id uuid PRIMARY KEY,
    slug varchar(128) NOT NULL UNIQUE,
    name varchar(255) NOT NULL,
    display_name varchar(255) NOT NULL,
    description text NOT NULL,
    version varchar(50) NOT NULL,
    category text NOT NULL,
    tags text[] NOT NULL,
    capabilities text[] NOT NULL,
    owner text NOT NULL,
    author text NOT NULL,
    security_level text NOT NULL CHECK (security_level IN ('safe', 'moderate', 'restricted', 'dangerous')),
    requires_approval boolean NOT NULL,
    is_enabled boolean NOT NULL,
    maintenance_status text NOT NULL CHECK (maintenance_status IN ('active', 'maintenance', 'deprecated', 'archived')),
    trust text NOT NULL CHECK (trust IN ('trusted', 'reviewed', 'quarantine')),
    pool text,
    config jsonb NOT NULL,
    search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', slug || ' ' || name || ' ' || display_name), 'A') || setweight(to_tsvector('simple', description), 'B')) STORED,
    total_executions bigint NOT NULL DEFAULT 0,
    successful_executions bigint NOT NULL DEFAULT 0,
    average_execution_time numeric NOT NULL DEFAULT 0,
    last_used_at timestamptz,
    row_version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);

-- A name is unique per owner, among tools that are not archived.
CREATE UNIQUE INDEX tools_owner_name ON tools (owner, name) WHERE archived_at IS NULL;
CREATE INDEX tools_search ON tools USING gin (search);
CREATE INDEX tools_tags ON tools USING gin (tags);
CREATE INDEX tools_capabilities ON tools USING gin (capabilities);
CREATE INDEX tools_category ON tools (category);

CREATE TABLE tool_versions (
    tool_id uuid NOT NULL REFERENCES tools (id),
    version varchar(50) NOT NULL,
    definition jsonb NOT NULL,
    definition_hash char(64) NOT NULL,
    security_level text NOT NULL CHECK (security_level IN ('safe', 'moderate', 'restricted', 'dangerous')),
    is_prerelease boolean NOT NULL,
    is_enabled boolean NOT NULL DEFAULT true,
    deprecated_at timestamptz,
    deprecation_message text,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (tool_id, version)
);

-- A published version never changes; only its flags do (platform spec 5.10).
CREATE FUNCTION tool_versions_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.tool_id, NEW.version, NEW.definition, NEW.definition_hash, NEW.security_level, NEW.is_prerelease, NEW.published_by, NEW.published_at)
        IS DISTINCT FROM
       (OLD.tool_id, OLD.version, OLD.definition, OLD.definition_hash, OLD.security_level, OLD.is_prerelease, OLD.published_by, OLD.published_at)
    THEN
        RAISE EXCEPTION 'version % of tool % is published: only is_enabled, deprecated_at and deprecation_message may change', OLD.version, OLD.tool_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER tool_versions_immutable BEFORE UPDATE ON tool_versions FOR EACH ROW EXECUTE FUNCTION tool_versions_immutable();

CREATE TABLE tool_dependencies (
    tool_id uuid NOT NULL,
    version varchar(50) NOT NULL,
    depends_on uuid NOT NULL REFERENCES tools (id),
    version_range text,
    PRIMARY KEY (tool_id, version, depends_on),
    FOREIGN KEY (tool_id, version) REFERENCES tool_versions (tool_id, version) ON DELETE CASCADE
);

CREATE INDEX tool_dependencies_depends_on ON tool_dependencies (depends_on);
