-- What other workers may know of tools, and all that they may read of the registry's tables: columns are added, never changed or taken away.
-- Every tool in its latest version; archived ones too, so that a reader learns that they are gone. A purged one is in changes only.
CREATE SCHEMA catalogue;

CREATE VIEW catalogue.tools AS
SELECT t.id, t.slug, t.name, t.display_name, t.description, t.version, t.category, t.tags, t.capabilities, t.owner, t.trust, t.security_level,
    t.requires_approval,
    CASE
        WHEN t.archived_at IS NOT NULL OR t.maintenance_status = 'archived' THEN 'archived'
        WHEN NOT t.is_enabled THEN 'disabled'
        WHEN t.maintenance_status = 'maintenance' THEN 'maintenance'
        WHEN NOT EXISTS (SELECT 1 FROM tool_versions e WHERE e.tool_id = t.id AND e.is_enabled) THEN 'disabled'
        ELSE 'yes'
    END AS available,
    t.maintenance_status = 'deprecated' OR v.deprecated_at IS NOT NULL AS deprecated,
    v.definition -> 'parameters' AS parameters,
    v.definition -> 'examples' AS examples,
    coalesce((v.definition ->> 'costEstimate')::numeric, 0) AS cost_estimate,
    coalesce((v.definition ->> 'executionTimeEstimate')::integer, 1000) AS execution_time_estimate,
    (SELECT json_agg(json_build_object('id', d.depends_on, 'range', d.version_range) ORDER BY d.depends_on)
        FROM tool_dependencies d WHERE d.tool_id = t.id AND d.version = t.version) AS requires,
    t.created_at, t.updated_at,
    coalesce(c.revision, 1) AS revision
FROM tools t
LEFT JOIN tool_versions v ON v.tool_id = t.id AND v.version = t.version
LEFT JOIN catalogue_changes c ON c.tool_id = t.id;

-- Which tools changed, at which revision last; and the revision of the whole catalogue.
CREATE VIEW catalogue.changes AS SELECT tool_id, revision FROM catalogue_changes;
CREATE VIEW catalogue.revision AS SELECT revision FROM catalogue_revision;
