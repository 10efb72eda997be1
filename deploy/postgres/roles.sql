-- One role and one schema per service: no service can read another's tables.
-- `holdspace split` runs this as the database's owner and gives each role a password of its own.
-- Roles belong to the whole server, so their names begin with the database's: two houses stay apart.
-- What one process made before (a house that is being split) becomes its service's.
do $$
declare
    service text;
    owner text;
    thing record;
begin
    foreach service in array array['identity', 'scheduling', 'safety', 'checkins', 'care', 'video', 'notify'] loop
        owner := current_database() || '_' || service;
        if not exists (select from pg_roles where rolname = owner) then
            execute format('create role %I login', owner);
        end if;
        execute format('create schema if not exists %I', service);
        execute format('alter schema %I owner to %I', service, owner);
        execute format('revoke all on schema %I from public', service);
        for thing in
            select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = service and c.relkind = 'r'
        loop
            execute format('alter table %s owner to %I', thing.name, owner);
        end loop;
        for thing in
            select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = service
        loop
            execute format('alter function %s owner to %I', thing.name, owner);
        end loop;
    end loop;
    execute format('revoke all on database %I from public', current_database());
    foreach service in array array['identity', 'scheduling', 'safety', 'checkins', 'care', 'video', 'notify'] loop
        execute format('grant connect on database %I to %I', current_database(), current_database() || '_' || service);
    end loop;
end $$;
create extension if not exists btree_gist;
