-- \d+ says of tables and views what \df+ says of functions: which are for users.
COMMENT ON TABLE pgml.projects IS 'public: a named problem. Its owner trains, deploys and predicts.';
COMMENT ON TABLE pgml.snapshots IS 'public: what a model was trained on: relation, label, split.';
COMMENT ON TABLE pgml.models IS 'public: one trained candidate of a project.';
COMMENT ON TABLE pgml.deployments IS 'public: which model answers for a project: the row with the highest seq.';
COMMENT ON TABLE pgml.files IS 'private: images in parts: path ''image'', parts from 0.';
COMMENT ON TABLE pgml.runs IS 'public: trainings: those that were committed, and those in the background, whatever became of them; these are for the eyes of their owner until they are successful.';
COMMENT ON TABLE pgml.sources IS 'private: the feature source of a project; the view pgml.feature_sources shows it.';
COMMENT ON TABLE pgml.schema_versions IS 'private: the migrations of the catalog that have run here.';

COMMENT ON VIEW pgml.overview IS 'public: the model that answers for each project, and what it was trained on.';
COMMENT ON VIEW pgml.trained_models IS 'public: every trained model; deployed says whether it answers for its project now.';
COMMENT ON VIEW pgml.deployed_models IS 'public: the models that answer now, one a project.';
COMMENT ON VIEW pgml.feature_sources IS 'public: the relations from which predictions by key read.';
COMMENT ON VIEW pgml.project_grants IS 'public: who may use a project besides its owner. Roles by name, as the owner: a role that is dropped keeps its grants for one of the same name.';

-- Asked as the catalog's owner.
COMMENT ON FUNCTION pgml.silo_role() IS 'private: the role as which silos read.';
REVOKE EXECUTE ON FUNCTION pgml.silo_role() FROM PUBLIC;
