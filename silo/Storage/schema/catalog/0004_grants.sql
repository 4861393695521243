-- Columns of the project's row, not a table: a grant is locked, pinned and told to every backend's cache like any other change of the project.
ALTER TABLE pgml.projects ADD COLUMN predict_to text[] NOT NULL DEFAULT '{}', ADD COLUMN train_to text[] NOT NULL DEFAULT '{}', ADD COLUMN own_to text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN pgml.projects.predict_to IS 'Roles that may predict.';
COMMENT ON COLUMN pgml.projects.train_to IS 'Roles that may predict, train and deploy.';
COMMENT ON COLUMN pgml.projects.own_to IS 'Roles that may do all that the owner may.';

CREATE VIEW pgml.project_grants AS
SELECT p.name AS project, g.role, g.privilege
FROM pgml.projects p
CROSS JOIN LATERAL (
    SELECT unnest(p.predict_to) AS role, 'predict' AS privilege
    UNION ALL SELECT unnest(p.train_to), 'train'
    UNION ALL SELECT unnest(p.own_to), 'owner'
) g;
COMMENT ON VIEW pgml.project_grants IS 'Who may use a project besides its owner. Roles by name, as the owner: a role that is dropped keeps its grants for one of the same name.';
GRANT SELECT ON pgml.project_grants TO PUBLIC;
