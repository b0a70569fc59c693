/**
 * The schema, as steps that are never edited once released: file version n has the first n steps. Everything is named `jo_…`, so
 * that a file may hold the application's own tables as well.
 *
 * The life of a frame is a row in `jo_frames`, which is not written again until it goes, and one small row that says where it is:
 * `jo_ready` (may be taken), `jo_later` (not due), `jo_behind` (waits for another of its order key), `jo_held` (on loan),
 * `jo_ended` (completed 0, cancelled 1, dead 2). A queue is a work channel or one subscription of a broadcast channel.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table jo_meta (
    id integer primary key check (id = 1),
    version integer not null,
    next_seq integer not null,
    next_fence integer not null,
    topology integer not null, -- moves with every change of queues, pauses and owners
    boot text not null -- the machine's start that the fences are of
  ) strict;
  insert into jo_meta values (1, 0, 1, 1, 1, '');

  create table jo_queues (
    id integer primary key autoincrement,
    channel text not null,
    mode integer not null, -- 0 work, 1 broadcast
    grp text, -- '' for a work channel, null for an anonymous receiver
    owner integer,
    gone integer not null default 0,
    live_n integer not null default 0,
    live_bytes integer not null default 0,
    later_n integer not null default 0,
    completed_n integer not null default 0,
    completed_bytes integer not null default 0,
    cancelled_n integer not null default 0,
    cancelled_bytes integer not null default 0,
    dead_n integer not null default 0,
    dead_bytes integer not null default 0
  ) strict;
  create unique index jo_queue_names on jo_queues (channel, mode, grp);
  create table jo_paused (channel text primary key) strict, without rowid;

  create table jo_owners (
    id integer primary key autoincrement,
    pid integer not null,
    started text not null, -- when the process began, on the machine's own clock: process ids are used again
    namespace text not null,
    beat integer not null
  ) strict;

  create table jo_frames (
    seq integer primary key, -- order of acceptance; never used again
    queue integer not null,
    id text not null,
    body blob not null,
    headers text,
    level integer not null, -- 9 minus the priority
    okey text,
    dkey text,
    accepted_ms integer not null,
    due_ms integer,
    bytes integer not null,
    named integer not null -- whether it can be found by id
  ) strict;
  create index jo_frame_ids on jo_frames (id) where named = 1;

  create table jo_ready (
    queue integer not null, level integer not null, seq integer not null,
    primary key (queue, level, seq)
  ) strict, without rowid;

  create table jo_later (seq integer primary key, queue integer not null, due_ms integer not null) strict;
  create index jo_later_due on jo_later (queue, due_ms);

  create table jo_keys (queue integer not null, okey text not null, primary key (queue, okey)) strict, without rowid;
  create table jo_behind (
    queue integer not null, okey text not null, seq integer not null,
    primary key (queue, okey, seq)
  ) strict, without rowid;

  create table jo_held (
    fence integer primary key,
    seq integer not null,
    queue integer not null,
    owner integer not null,
    attempt integer not null,
    started_ms integer not null
  ) strict;

  create table jo_attempts ( -- those that ended otherwise than in the frame's end
    seq integer not null,
    fence integer not null,
    attempt integer not null,
    next integer not null,
    started_ms integer not null,
    ended_ms integer not null,
    outcome text not null,
    error text,
    primary key (seq, fence)
  ) strict, without rowid;

  create table jo_ended (
    queue integer not null, state integer not null, seq integer not null,
    ended_ms integer not null,
    started_ms integer,
    attempt integer not null,
    error text,
    primary key (queue, state, seq)
  ) strict, without rowid;

  create table jo_dedupe (
    queue integer not null, dkey text not null,
    seq integer not null,
    until_ms integer not null,
    pending integer not null,
    primary key (queue, dkey)
  ) strict, without rowid;
  create index jo_dedupe_until on jo_dedupe (until_ms);
  `,
  `
  alter table jo_queues add column read_ms integer not null default 0; -- when somebody last received from a group
  update jo_queues set read_ms = cast(unixepoch('subsec') * 1000 as integer);
  `,
];

/** "JOrc": marks a file as ours. Source: https://www.sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x4a4f7263;
