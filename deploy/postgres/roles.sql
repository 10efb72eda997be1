-- One role and one schema per service: no service can read another's tables.
-- Run once as the database's owner; set each password afterwards with \password.
do $$
declare service text;
begin
    foreach service in array array['identity', 'scheduling', 'safety', 'checkins', 'care', 'video', 'notify'] loop
        if not exists (select from pg_roles where rolname = service) then
            execute format('create role %I login', service);
        end if;
        execute format('create schema if not exists %I authorization %I', service, service);
        execute format('revoke all on schema %I from public', service);
    end loop;
end $$;
create extension if not exists btree_gist;
