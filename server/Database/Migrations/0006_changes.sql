-- Every change to who may do what is told to all replicas when it is committed, also one made by hand.

create function notify_octologin_change() returns trigger language plpgsql as $$
begin
  notify octologin_changes;
  return null;
end $$;

do $$
declare
  changed text;
begin
  foreach changed in array array['users', 'api_keys', 'teams', 'team_members', 'user_roles', 'scoped_user_roles', 'oidc_identities', 'revoked_tokens', 'signing_keys'] loop
    execute format('create trigger %I after insert or update or delete or truncate on %I for each statement execute function notify_octologin_change()',
      changed || '_notify', changed);
  end loop;
end $$;
