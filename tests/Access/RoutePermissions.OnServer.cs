namespace OctoLogin.Tests.Access;

public static partial class RoutePermissions
{
    /// <summary>Below <c>/api</c>. Those of teams, roles, events and tasks are not the default space's without <c>{space}</c>, but every space's.</summary>
    private const string OnServer =
        """
        GET     /                                                anyone                                        server
        GET     /openapi.json                                    anyone                                        server
        POST    /token/v1                                        anyone                                        server

        GET     /spaces                                          any member                                    list of one's spaces
        GET     /spaces/all                                      any member                                    list of one's spaces
        GET     /spaces/{id}                                     member                                        the space
        POST    /spaces                                          SpaceCreate                                   server
        PUT     /spaces/{id}                                     member + SpaceEdit                            the space
        DELETE  /spaces/{id}                                     member + SpaceEdit                            the space

        GET     /users                                           UserView                                      server
        GET     /users/me                                        signed in                                     server
        GET     /users/{id}                                      own or UserView                               user
        POST    /users                                           UserEdit                                      server
        PUT     /users/{id}                                      UserEdit                                      account
        DELETE  /users/{id}                                      UserEdit                                      account
        GET     /users/{id}/permissions                          own or UserView                               user
        GET     /users/{id}/apikeys                              own or UserView                               user
        POST    /users/{id}/apikeys                              own + key or UserEdit + key                   user
        DELETE  /users/{id}/apikeys/{keyId}                      own + whole or UserEdit                       API key
        POST    /users/login                                     anyone                                        server
        POST    /users/logout                                    signed in                                     server
        POST    /users/me/password                               signed in                                     server
        GET     /users/{id}/sessions                             own + whole or UserEdit                       user
        DELETE  /users/{id}/sessions                             own + whole or UserEdit                       user
        DELETE  /users/{id}/sessions/{sessionId}                 own + whole or UserEdit                       session
        DELETE  /users/{id}/identities/{identityId}              UserEdit                                      external identity
        GET     /users/authenticate/GenericOidc                  anyone                                        server
        GET     /users/authenticate/GenericOidc/test             AdministerSystem                              server
        GET     /users/authenticatedToken/GenericOidc            anyone                                        server
        POST    /users/authenticatedToken/GenericOidc            anyone                                        server
        POST    /users/logout/GenericOidc/backchannel            anyone                                        server
        GET     /configuration/authentication-generic-oidc/values   AdministerSystem                           server
        PUT     /configuration/authentication-generic-oidc/values   AdministerSystem                           server
        POST    /configuration/authentication-generic-oidc/test     AdministerSystem                           server

        GET     /serviceaccounts/{userId}/oidcidentities/v1      UserView                                      account
        POST    /serviceaccounts/{userId}/oidcidentities/create/v1   UserEdit                                  account
        POST    /serviceaccounts/{userId}/oidcidentities/test    UserView                                      account
        GET     /serviceaccounts/{userId}/oidcidentities/{id}/v1     UserView                                  identity
        PUT     /serviceaccounts/{userId}/oidcidentities/{id}/v1     UserEdit                                  identity
        DELETE  /serviceaccounts/{userId}/oidcidentities/{id}/v1     UserEdit                                  identity
        POST    /serviceaccounts/{userId}/oidcidentities/{id}/revoke-tokens/v1   UserEdit                      identity
        POST    /serviceaccounts/{userId}/revoke-tokens/v1       UserEdit                                      account
        GET     /issuer/check                                    AdministerSystem                              server
        GET     /issuers                                         UserView                                      server
        GET     /issuers/{id}                                    UserView                                      issuer
        POST    /issuers                                         AdministerSystem                              server
        PUT     /issuers/{id}                                    AdministerSystem                              issuer
        DELETE  /issuers/{id}                                    AdministerSystem                              issuer
        POST    /issuers/{id}/refresh                            AdministerSystem                              issuer
        POST    /issuers/{id}/revoke-tokens                      AdministerSystem                              issuer
        POST    /accesstokens/{id}/revoke                        AdministerSystem                              access token

        GET     /teams                                           some TeamView                                 list of team
        GET     /teams/all                                       some TeamView                                 list of team
        GET     /teams/{id}                                      TeamView                                      team
        POST    /teams                                           TeamEdit                                      team
        PUT     /teams/{id}                                      TeamView + TeamEdit + rights                  team
        DELETE  /teams/{id}                                      TeamView + TeamEdit + rights                  team
        GET     /{space}/teams                                   TeamView                                      space
        GET     /{space}/teams/all                               TeamView                                      space
        GET     /{space}/teams/{id}                              TeamView                                      team
        POST    /{space}/teams                                   TeamEdit                                      space
        PUT     /{space}/teams/{id}                              TeamView + TeamEdit + rights                  team
        DELETE  /{space}/teams/{id}                              TeamView + TeamEdit + rights                  team

        GET     /userroles                                       some TeamView                                 server
        GET     /userroles/all                                   some TeamView                                 server
        GET     /userroles/{id}                                  some TeamView                                 role
        POST    /userroles                                       TeamEdit                                      server
        PUT     /userroles/{id}                                  TeamEdit                                      role
        DELETE  /userroles/{id}                                  TeamEdit                                      role

        GET     /scopeduserroles                                 some TeamView                                 list of scoped role
        GET     /scopeduserroles/{id}                            TeamView                                      scoped role
        POST    /scopeduserroles                                 TeamEdit                                      space
        PUT     /scopeduserroles/{id}                            TeamView + TeamEdit                           scoped role
        DELETE  /scopeduserroles/{id}                            TeamView + TeamEdit + rights                  scoped role
        GET     /{space}/scopeduserroles                         TeamView                                      space
        GET     /{space}/scopeduserroles/{id}                    TeamView                                      scoped role here
        POST    /{space}/scopeduserroles                         TeamEdit                                      space
        PUT     /{space}/scopeduserroles/{id}                    TeamView + TeamEdit                           scoped role here
        DELETE  /{space}/scopeduserroles/{id}                    TeamView + TeamEdit + rights                  scoped role here
        GET     /teams/{teamId}/scopeduserroles                  some TeamView + member                        team
        GET     /teams/{teamId}/scopeduserroles/{id}             TeamView                                      scoped role of its team
        POST    /teams/{teamId}/scopeduserroles                  TeamEdit                                      team with roles
        PUT     /teams/{teamId}/scopeduserroles/{id}             TeamView + TeamEdit                           scoped role of its team
        DELETE  /teams/{teamId}/scopeduserroles/{id}             TeamView + TeamEdit + rights                  scoped role of its team
        GET     /{space}/teams/{teamId}/scopeduserroles          TeamView                                      team with roles
        GET     /{space}/teams/{teamId}/scopeduserroles/{id}     TeamView                                      scoped role of its team
        POST    /{space}/teams/{teamId}/scopeduserroles          TeamEdit                                      team with roles
        PUT     /{space}/teams/{teamId}/scopeduserroles/{id}     TeamView + TeamEdit                           scoped role of its team
        DELETE  /{space}/teams/{teamId}/scopeduserroles/{id}     TeamView + TeamEdit + rights                  scoped role of its team

        GET     /events                                          some EventView                                server
        GET     /events/categories                               some EventView                                server
        GET     /events/export                                   some EventView                                server
        GET     /events/{id}                                     EventView                                     event
        GET     /{space}/events                                  EventView                                     space
        GET     /{space}/events/categories                       EventView                                     space
        GET     /{space}/events/export                           EventView                                     space
        GET     /{space}/events/{id}                             EventView                                     event

        GET     /tasks                                           some TaskView                                 list of task
        GET     /tasks/{id}                                      TaskView                                      task
        POST    /tasks/{id}/cancel                               TaskCancel                                    task
        GET     /tasks/{id}/details                              TaskView                                      task
        GET     /tasks/{id}/raw                                  TaskView                                      task
        GET     /tasks/{id}/log                                  TaskView                                      task
        GET     /{space}/tasks                                   any TaskView                                  list of task
        GET     /{space}/tasks/{id}                              TaskView                                      task
        POST    /{space}/tasks/{id}/cancel                       TaskCancel                                    task
        GET     /{space}/tasks/{id}/details                      TaskView                                      task
        GET     /{space}/tasks/{id}/raw                          TaskView                                      task
        GET     /{space}/tasks/{id}/log                          TaskView                                      task
        """;
}
