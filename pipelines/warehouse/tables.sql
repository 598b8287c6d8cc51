-- The fixed tables. Appended to, never edited in place; no keys, indexes, sequences or enum types, so that
-- DuckLake takes the same statements. The columns of incidents and children follow the vocabulary (tables.py).

-- One row for each thing that happened to a school's return of a term: submitted (a version) or withdrawn.
CREATE TABLE IF NOT EXISTS returns (
    return_id BIGINT, school_urn VARCHAR, academic_year VARCHAR, term VARCHAR, version INTEGER,
    state VARCHAR, nil BOOLEAN, recorded_at TIMESTAMP, recorded_by VARCHAR, file_sha256 VARCHAR,
    rule_book VARCHAR, key_version VARCHAR, incidents INTEGER, children INTEGER, queries INTEGER
);

-- One row for each query that the sender explained: a reason code, a phrase's code, and the version in which it was
-- first explained where it was carried over from there.
CREATE TABLE IF NOT EXISTS explanations (
    return_id BIGINT, rule VARCHAR, table_name VARCHAR, row_number INTEGER, column_name VARCHAR, reason VARCHAR,
    note VARCHAR, carried_from BIGINT
);
ALTER TABLE explanations ADD COLUMN IF NOT EXISTS note VARCHAR;
ALTER TABLE explanations ADD COLUMN IF NOT EXISTS carried_from BIGINT;

-- One row for each establishment in each load of the register. changed_date: when the register last changed its entry;
-- told_on: the day that the extract is of, as its latest change gives it (a missing one: the day it was loaded).
CREATE TABLE IF NOT EXISTS schools (
    loaded_at TIMESTAMP, urn VARCHAR, name VARCHAR, la_code VARCHAR, la_name VARCHAR,
    establishment_number VARCHAR, status VARCHAR, phase VARCHAR, low_age INTEGER, high_age INTEGER,
    sex_of_intake VARCHAR, pupils INTEGER, boys INTEGER, girls INTEGER, census_date DATE, census_year VARCHAR,
    trust_uid VARCHAR, trust_name VARCHAR, open_date DATE, close_date DATE, percentage_fsm DOUBLE
);
ALTER TABLE schools ADD COLUMN IF NOT EXISTS changed_date DATE;
ALTER TABLE schools ADD COLUMN IF NOT EXISTS told_on DATE;

-- One row for each membership of a trust in each load of group membership.
CREATE TABLE IF NOT EXISTS memberships (
    loaded_at TIMESTAMP, urn VARCHAR, trust_uid VARCHAR, trust_name VARCHAR, group_type VARCHAR,
    joined_date DATE, left_date DATE, closed_date DATE
);

-- One row for each predecessor or successor in each load of links.
CREATE TABLE IF NOT EXISTS links (
    loaded_at TIMESTAMP, urn VARCHAR, link_urn VARCHAR, link_type VARCHAR, established_date DATE
);
ALTER TABLE links ADD COLUMN IF NOT EXISTS link_description VARCHAR;

-- One row for each event: every write, every read of a school's rows, every file taken away, every refusal. Each holds the
-- hash of the one before. purpose and request_id are NULL in older events, whose hash was made without them.
CREATE TABLE IF NOT EXISTS audit (
    sequence BIGINT, recorded_at TIMESTAMP, actor VARCHAR, role VARCHAR, scope VARCHAR, action VARCHAR,
    subject VARCHAR, detail VARCHAR, changes_figures BOOLEAN, previous_hash VARCHAR, hash VARCHAR
);
ALTER TABLE audit ADD COLUMN IF NOT EXISTS purpose VARCHAR;
ALTER TABLE audit ADD COLUMN IF NOT EXISTS request_id VARCHAR;

-- One row for each version of what an organisation's people decided: groups, rebases, changes of procedure,
-- deadlines, sign-off.
CREATE TABLE IF NOT EXISTS decisions (
    decision_id BIGINT, kind VARCHAR, scope VARCHAR, content VARCHAR, state VARCHAR,
    decided_at TIMESTAMP, decided_by VARCHAR, role VARCHAR
);

-- One row for each release of an authority's shared figures of an academic year. terms: each released term with the
-- moment as at which it is told, so that what was released once can always be worked out again.
CREATE TABLE IF NOT EXISTS shared_releases (
    release_id BIGINT, la_code VARCHAR, academic_year VARCHAR, terms VARCHAR, released_at TIMESTAMP,
    data_version BIGINT, least_shown INTEGER, family VARCHAR
);

-- One row for each figure of a release, withheld ones too; what is withheld has no number in it.
CREATE TABLE IF NOT EXISTS shared_figures (
    release_id BIGINT, table_id VARCHAR, value VARCHAR, level VARCHAR, code VARCHAR, name VARCHAR, period VARCHAR,
    shown BOOLEAN, figure DOUBLE, count BIGINT, denominator BIGINT, returned INTEGER, expected INTEGER
);

-- What each school had told of a released term, so that a later term can be protected beside it whatever is sent since.
-- Never read for any page or file. `count` of one cell of one school's term; `place` what was known of the school.
CREATE TABLE IF NOT EXISTS shared_counts (
    release_id BIGINT, table_id VARCHAR, value VARCHAR, column_name VARCHAR, urn VARCHAR, term VARCHAR, count BIGINT
);
CREATE TABLE IF NOT EXISTS shared_places (
    release_id BIGINT, urn VARCHAR, term VARCHAR, phase VARCHAR, trust VARCHAR, trust_name VARCHAR, returned BOOLEAN,
    last_day DATE, pupils BIGINT, replaced_by VARCHAR
);

-- One row for each version that was signed off: the role of who declared it complete, and which organisations asked.
CREATE TABLE IF NOT EXISTS sign_offs (
    return_id BIGINT, role VARCHAR, declared_at TIMESTAMP, declared_by VARCHAR, asked_by VARCHAR
);

-- One row for each thing said of where a school's mail goes: a role's mailbox kept, or ended. Never a person's own.
CREATE TABLE IF NOT EXISTS mailboxes (
    school_urn VARCHAR, role VARCHAR, address VARCHAR, state VARCHAR, recorded_at TIMESTAMP,
    recorded_by VARCHAR, recorded_role VARCHAR, scope VARCHAR
);

-- One row for each version of how a school's (or, for files of several schools, an organisation's) own wordings are read.
CREATE TABLE IF NOT EXISTS mappings (
    owner VARCHAR, version INTEGER, content VARCHAR, recorded_at TIMESTAMP, recorded_by VARCHAR, role VARCHAR,
    scope VARCHAR
);

-- One row for each wording of a return that was read by a mapping, with how many of its rows held it.
CREATE TABLE IF NOT EXISTS mapped_wordings (
    return_id BIGINT, table_name VARCHAR, column_name VARCHAR, said VARCHAR, meant VARCHAR, rows_read INTEGER
);

-- One row for each thing said of who somebody is: the latest row of an identity says. Never an e-mail address.
CREATE TABLE IF NOT EXISTS people (
    issuer VARCHAR, subject VARCHAR, name VARCHAR, recorded_at TIMESTAMP, recorded_by VARCHAR
);

-- One row for each thing that happened to a grant: given or ended; the latest row of a grant_id says.
CREATE TABLE IF NOT EXISTS grants (
    grant_id BIGINT, issuer VARCHAR, subject VARCHAR, organisation VARCHAR, role VARCHAR, from_day DATE,
    until_day DATE, given_by VARCHAR, reason VARCHAR, state VARCHAR, recorded_at TIMESTAMP, recorded_by VARCHAR
);

-- One row for each thing that happened to a session of somebody signed in: started, rotated, acting, ended. The cookie's
-- secret is kept as its SHA-256 only; session_id is another random number, safe to show.
CREATE TABLE IF NOT EXISTS sessions (
    sequence BIGINT, session_id VARCHAR, event VARCHAR, secret_hash VARCHAR, issuer VARCHAR, subject VARCHAR,
    provider_session VARCHAR, grant_id BIGINT, happened_at TIMESTAMP
);

-- One row for each thing that happened to a token with which a programme sends: made (with the SHA-256 of the token,
-- never the token) or revoked; and one for each day on which it was used.
CREATE TABLE IF NOT EXISTS tokens (
    token_id BIGINT, state VARCHAR, secret_hash VARCHAR, purpose VARCHAR, organisation VARCHAR, schools VARCHAR,
    scopes VARCHAR, expires TIMESTAMP, recorded_at TIMESTAMP, recorded_by VARCHAR, role VARCHAR, scope VARCHAR
);
CREATE TABLE IF NOT EXISTS token_days (token_id BIGINT, used_on DATE);

-- One row for each change that a programme made: the hash of its idempotency key and of what it sent, and the answer it
-- got, which holds no cell; and one row for each query of a version that a programme sent.
CREATE TABLE IF NOT EXISTS programme_keys (
    token_id BIGINT, key_hash VARCHAR, request_hash VARCHAR, action VARCHAR, return_id BIGINT, answer VARCHAR,
    recorded_at TIMESTAMP
);
CREATE TABLE IF NOT EXISTS programme_queries (
    return_id BIGINT, rule VARCHAR, table_name VARCHAR, row_number INTEGER, column_name VARCHAR, message VARCHAR,
    fix VARCHAR
);

-- One row for each time that rows were erased, the one exception to appending: what kind, of which school and term (of
-- the retention rule: the first academic year that is kept), how many rows of which table. Never which child.
CREATE TABLE IF NOT EXISTS erasures (
    erasure_id BIGINT, reference VARCHAR, kind VARCHAR, school_urn VARCHAR, academic_year VARCHAR, term VARCHAR,
    counts VARCHAR, fingerprint VARCHAR, erased_at TIMESTAMP, erased_by VARCHAR, role VARCHAR, approved_by VARCHAR,
    approved_role VARCHAR
);

-- The places that a child's rows had, by which a restored backup is rid of them again: a place is not a key.
CREATE TABLE IF NOT EXISTS erased_places (
    reference VARCHAR, table_name VARCHAR, return_id BIGINT, row_number INTEGER, recorded_at TIMESTAMP
);

-- One row for each time that the file was written anew, so that the bytes of all erasures up to that one are gone.
CREATE TABLE IF NOT EXISTS rewritings (erasure_id BIGINT, rewritten_at TIMESTAMP);

-- One row for each version of a local account; the last of a subject says. password as argon2id writes it; sealed the
-- second factor's secret, which opens only with the portal's own. Never named by its address in audit.
CREATE TABLE IF NOT EXISTS accounts (
    subject VARCHAR, version INTEGER, email VARCHAR, password VARCHAR, factor VARCHAR, sealed VARCHAR, state VARCHAR,
    recorded_at TIMESTAMP, recorded_by VARCHAR
);

-- One row for each thing that happened to a second factor: a step whose code was used, a recovery code (its keyed hash)
-- made or ended.
CREATE TABLE IF NOT EXISTS second_factors (
    subject VARCHAR, factor VARCHAR, kind VARCHAR, value VARCHAR, recorded_at TIMESTAMP
);

-- One row for each thing that happened to a link by which somebody makes an account, gets a grant or sets a new
-- password: made, used, withdrawn; the last version of a number says. The link's code is kept as its SHA-256 only.
CREATE TABLE IF NOT EXISTS invitations (
    number VARCHAR, version INTEGER, kind VARCHAR, code_hash VARCHAR, email VARCHAR, subject VARCHAR,
    organisation VARCHAR, role VARCHAR, from_day DATE, until_day DATE, reason VARCHAR, ends_at TIMESTAMP,
    made_by VARCHAR, state VARCHAR, recorded_at TIMESTAMP, recorded_by VARCHAR
);
ALTER TABLE invitations ADD COLUMN IF NOT EXISTS seconded_by VARCHAR;

-- One row for each thing that happened to a proposal that takes two people: it waits, was approved (and carried out in
-- the same transaction), withdrawn or turned down; the last version of a number says. content holds no child's key.
CREATE TABLE IF NOT EXISTS proposals (
    proposal_id BIGINT, version INTEGER, state VARCHAR, kind VARCHAR, organisation VARCHAR, content VARCHAR,
    fingerprint VARCHAR, reason VARCHAR, issuer VARCHAR, subject VARCHAR, grant_id BIGINT, author VARCHAR,
    author_role VARCHAR, author_scope VARCHAR, proposed_at TIMESTAMP, ends_at TIMESTAMP, recorded_at TIMESTAMP,
    recorded_by VARCHAR, role VARCHAR, scope VARCHAR
);
