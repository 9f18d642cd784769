BEGIN TRANSACTION;
CREATE TABLE additions (
    tenant INTEGER NOT NULL, group_id TEXT NOT NULL, members INTEGER NOT NULL,
    PRIMARY KEY (tenant, group_id)) WITHOUT ROWID;
INSERT INTO "additions" VALUES(1,'staff',2);
CREATE TABLE escrow (
    tenant INTEGER NOT NULL, kind TEXT NOT NULL, source_id TEXT NOT NULL, label TEXT NOT NULL,
    failures INTEGER NOT NULL, next_attempt TEXT NOT NULL, what TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, source_id)) WITHOUT ROWID;
INSERT INTO "escrow" VALUES(1,'user','eve','Eve',3,'2026-02-01T08:00:00.000Z','sum');
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "facts" VALUES('quarantine','{"reason":"most-failed","why":{"code":"recorded-text","args":{"title":"Most failed","advice":""}},"since":"2026-01-31T08:00:00.000Z","next_attempt":"2026-01-31T14:00:00.000Z","failures":2,"rests_on":""}');
INSERT INTO "facts" VALUES('tenant','1');
CREATE TABLE links (
    tenant INTEGER NOT NULL, kind TEXT NOT NULL, source_id TEXT NOT NULL,
    target_id TEXT NOT NULL, label TEXT NOT NULL, active INTEGER NOT NULL,
    hash TEXT NOT NULL, confirmed TEXT NOT NULL, left_at TEXT NOT NULL DEFAULT '',
    confirmed_at TEXT NOT NULL DEFAULT '', not_kept TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, kind, source_id)) WITHOUT ROWID;
INSERT INTO "links" VALUES(1,'group','staff','aws-staff','Staff',1,'3a2f9e1b2f29c9095c5e588b7373df1912a7401f693c86285e1e9a8bf33ce630','{"displayName":"Staff"}','','','{}');
INSERT INTO "links" VALUES(1,'user','ann','aws-ann','Ann Ó Briain',1,'066b6b76cf6aebd792596607d849a4ef73cecaa21afb862bcb7e6b105b1da962','{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager":{"known":"aws-bob"},"userName":"ann@x.example"}','','','{}');
INSERT INTO "links" VALUES(1,'user','bob','aws-bob','Bob',1,'c037c370dbf441ea2b9e97b479e207158174a7bf08c628c059b22ee9a3b8c572','{"userName":"bob@x.example"}','','','{}');
CREATE TABLE log (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, time TEXT NOT NULL, kind TEXT NOT NULL,
    source_id TEXT NOT NULL, label TEXT NOT NULL, action TEXT NOT NULL, status TEXT NOT NULL,
    code TEXT NOT NULL, milliseconds INTEGER NOT NULL, sought TEXT NOT NULL, args TEXT NOT NULL DEFAULT '{}');
INSERT INTO "log" VALUES(1,1,'2026-01-31T08:00:00.000Z','user','ann','Ann Ó Briain','create','success','object-created',0,'ann ó briain
ann
0OBJECT-CREATED','{"members":0}');
INSERT INTO "log" VALUES(2,1,'2026-01-31T08:00:01.000Z','user','bob','Bob','update','failure','not-written',12,'bob
bob
duplicate
the e-mail address is taken
409NOT-WRITTENRECORDED-TEXT','{"why":{"code":"recorded-text","args":{"title":"The e-mail address is taken","advice":""}},"status":409,"in_doubt":false}');
CREATE TABLE log_rest (id INTEGER PRIMARY KEY, rest BLOB NOT NULL);
INSERT INTO "log_rest" VALUES(1,X'5B5B5D2C5B5D2C22222C22222C22222C302C315D');
INSERT INTO "log_rest" VALUES(2,X'5B5B5D2C5B5D2C22222C22222C224475706C6963617465222C3430392C315D');
CREATE TABLE losses (
    tenant INTEGER NOT NULL, kind TEXT NOT NULL, target_id TEXT NOT NULL, member TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, target_id, member)) WITHOUT ROWID;
INSERT INTO "losses" VALUES(1,'membership','aws-staff','aws-bob','2026-11-30T13:04:29.093Z');
INSERT INTO "losses" VALUES(1,'user','aws-bob','','2026-11-30T13:04:29.093Z');
CREATE TABLE memberships (
    tenant INTEGER NOT NULL, group_id TEXT NOT NULL, user_id TEXT NOT NULL,
    PRIMARY KEY (tenant, group_id, user_id)) WITHOUT ROWID;
INSERT INTO "memberships" VALUES(1,'staff','ann');
INSERT INTO "memberships" VALUES(1,'staff','bob');
CREATE TABLE operations (
    number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, run INTEGER NOT NULL,
    kind TEXT NOT NULL, source_id TEXT NOT NULL, label TEXT NOT NULL, action TEXT NOT NULL,
    keys TEXT NOT NULL, target_id TEXT NOT NULL, begun TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '');
INSERT INTO "operations" VALUES(1,1,1,'user','bob','Bob','update','[["userName","bob@x.example"]]','aws-bob','2026-11-30T13:04:29.080Z','');
CREATE TABLE readings (tenant INTEGER PRIMARY KEY, reading BLOB NOT NULL);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, started TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT '', ending TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    planned TEXT NOT NULL, counts TEXT NOT NULL DEFAULT 'null');
INSERT INTO "runs" VALUES(1,1,'2026-11-30T13:04:29.052Z','2026-11-30T13:04:29.092Z','stopped','{"code":"run-stopped","args":{"why":{"code":"access-refused","args":{}},"partly":true}}','{"users":1}','{"users":{"created":1}}');
CREATE TABLE snapshots (
    tenant INTEGER PRIMARY KEY, made_at TEXT NOT NULL, cursor TEXT NOT NULL,
    user_ids TEXT NOT NULL, group_ids TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '');
INSERT INTO "snapshots" VALUES(1,'2026-01-31T08:00:00.000Z','cursor','["ann","bob"]','["staff"]','{"people":2,"memberships":2,"has_groups":true,"columns":[{"heading":"Mail","attribute":"mail","filled":2,"examples":[]}],"ends":[{"file":"users","line_break":true,"short_row":false}]}');
CREATE TABLE tenants (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE);
INSERT INTO "tenants" VALUES(1,'https://scim.eu-central-1.amazonaws.com/f3vd2aa29dc-223c/scim/v2');
CREATE INDEX operations_open ON operations (tenant, kind, source_id) WHERE ended = '';
CREATE INDEX memberships_of_user ON memberships (tenant, user_id);
CREATE INDEX log_of_run ON log (run);
CREATE INDEX log_of_run_by_result ON log (run, status, action);
CREATE INDEX log_by_result ON log (status, action);
CREATE INDEX log_by_label ON log (label COLLATE NOCASE);
CREATE INDEX log_by_status ON log (status);
CREATE INDEX log_by_action ON log (action);
COMMIT;
PRAGMA user_version = 8;
