namespace OctoLogin.Tests.Access;

public static partial class RoutePermissions
{
    /// <summary>Below <c>/api/{space}</c>, and below <c>/api</c> where they mean the default space.</summary>
    private const string InSpace =
        """
        GET     /environments                                    any EnvironmentView                           list of environment
        GET     /environments/all                                any EnvironmentView                           list of environment
        GET     /environments/{id}                               EnvironmentView                               environment
        POST    /environments                                    EnvironmentCreate                             space
        PUT     /environments/{id}                               EnvironmentView + EnvironmentEdit             environment
        DELETE  /environments/{id}                               EnvironmentView + EnvironmentDelete           environment
        PUT     /environments/sortorder                          EnvironmentEdit                               space
        GET     /environments/v2                                 any EnvironmentView                           list of environment
        GET     /environments/v2/all                             any EnvironmentView                           list of environment
        GET     /environments/v2/{id}                            EnvironmentView                               environment
        POST    /environments/v2                                 EnvironmentCreate                             space
        PUT     /environments/v2/{id}                            EnvironmentView + EnvironmentEdit             environment
        DELETE  /environments/v2/{id}                            EnvironmentView + EnvironmentDelete           environment

        GET     /lifecycles                                      LifecycleView                                 space
        GET     /lifecycles/all                                  LifecycleView                                 space
        GET     /lifecycles/{id}                                 LifecycleView                                 lifecycle
        POST    /lifecycles                                      LifecycleCreate                               space
        PUT     /lifecycles/{id}                                 LifecycleView + LifecycleEdit                 lifecycle
        DELETE  /lifecycles/{id}                                 LifecycleView + LifecycleDelete               lifecycle

        GET     /projectgroups                                   ProjectGroupView                              space
        GET     /projectgroups/all                               ProjectGroupView                              space
        GET     /projectgroups/{id}                              ProjectGroupView                              project group
        POST    /projectgroups                                   ProjectGroupCreate                            space
        PUT     /projectgroups/{id}                              ProjectGroupView + ProjectGroupEdit           project group
        DELETE  /projectgroups/{id}                              ProjectGroupView + ProjectGroupDelete         project group

        GET     /tagsets                                         any TenantView or TagSetCreate or TagSetEdit  space
        GET     /tagsets/all                                     any TenantView or TagSetCreate or TagSetEdit  space
        GET     /tagsets/{id}                                    any TenantView or TagSetCreate or TagSetEdit  tag set
        POST    /tagsets                                         TagSetCreate                                  space
        PUT     /tagsets/{id}                                    TagSetEdit                                    tag set
        DELETE  /tagsets/{id}                                    TagSetDelete                                  tag set
        PUT     /tagsets/sortorder                               TagSetEdit                                    space

        GET     /projects                                        any ProjectView                               list of project
        GET     /projects/all                                    any ProjectView                               list of project
        GET     /projects/{id}                                   ProjectView                                   project
        POST    /projects                                        ProjectCreate                                 project group
        PUT     /projects/{id}                                   ProjectView + ProjectEdit                     project
        DELETE  /projects/{id}                                   ProjectView + ProjectDelete                   project
        GET     /projects/{id}/deploymentprocesses               ProjectView + ProcessView                     project
        PUT     /projects/{id}/deploymentprocesses               ProjectView + ProcessEdit                     project
        GET     /deploymentprocesses/{id}                        ProcessView                                   process
        PUT     /deploymentprocesses/{id}                        ProcessView + ProcessEdit                     process

        GET     /tenants                                         any TenantView                                list of tenant
        GET     /tenants/all                                     any TenantView                                list of tenant
        GET     /tenants/tag-test                                any TenantView                                space
        GET     /tenants/variables-missing                       any VariableView                              space
        GET     /tenants/{id}                                    TenantView                                    tenant
        POST    /tenants                                         TenantCreate                                  space
        PUT     /tenants/{id}                                    TenantView + TenantEdit                       tenant
        DELETE  /tenants/{id}                                    TenantView + TenantDelete                     tenant
        GET     /tenants/{id}/variables                          TenantView + any VariableView                 tenant
        PUT     /tenants/{id}/variables                          TenantView + any VariableEdit                 tenant
        GET     /tenants/{id}/commonvariables                    TenantView + any VariableView                 tenant
        PUT     /tenants/{id}/commonvariables                    TenantView + any VariableEdit                 tenant
        GET     /tenants/{id}/projectvariables                   TenantView + any VariableView                 tenant
        PUT     /tenants/{id}/projectvariables                   TenantView + any VariableEdit                 tenant

        GET     /accounts                                        any AccountView                               list of cloud account
        GET     /accounts/all                                    any AccountView                               list of cloud account
        GET     /accounts/{id}                                   AccountView                                   cloud account
        GET     /accounts/{id}/usages                            AccountView                                   cloud account
        GET     /accounts/{id}/subject-preview                   AccountView                                   cloud account
        POST    /accounts                                        AccountCreate                                 cloud account
        POST    /accounts/subject-preview                        any AccountCreate                             space
        PUT     /accounts/{id}                                   AccountView + AccountEdit                     cloud account
        DELETE  /accounts/{id}                                   AccountView + AccountDelete                   cloud account
        POST    /accounts/{id}/token                             AccountView + any AccountTokenCreate          cloud account

        GET     /machines                                        any MachineView                               list of target
        GET     /machines/all                                    any MachineView                               list of target
        GET     /machines/{id}                                   MachineView                                   target
        POST    /machines                                        MachineCreate                                 target
        PUT     /machines/{id}                                   MachineView + MachineEdit                     target
        DELETE  /machines/{id}                                   MachineView + MachineDelete                   target
        GET     /environments/{environmentId}/machines           EnvironmentView + any MachineView             environment
        GET     /machineroles/all                                any MachineView                               space

        GET     /channels                                        any ProjectView                               list of channel
        GET     /channels/all                                    any ProjectView                               list of channel
        GET     /channels/{id}                                   ProjectView                                   channel
        POST    /channels                                        ProjectView + ProjectEdit                     project
        PUT     /channels/{id}                                   ProjectView + ProjectEdit                     channel
        DELETE  /channels/{id}                                   ProjectView + ProjectEdit                     channel
        GET     /projects/{projectId}/channels                   ProjectView                                   project
        GET     /projects/{projectId}/channels/{id}              ProjectView                                   channel of its project
        POST    /projects/{projectId}/channels                   ProjectView + ProjectEdit                     project

        GET     /feeds                                           FeedView                                      space
        GET     /feeds/all                                       FeedView                                      space
        GET     /feeds/{id}                                      FeedView                                      feed
        POST    /feeds                                           FeedEdit                                      space
        PUT     /feeds/{id}                                      FeedView + FeedEdit                           registry feed
        DELETE  /feeds/{id}                                      FeedView + FeedEdit                           registry feed
        GET     /feeds/{feedId}/packages/versions                FeedView                                      feed
        GET     /feeds/{feedId}/packages/search                  FeedView                                      feed
        GET     /packages                                        FeedView                                      list of package
        GET     /packages/{id}                                   FeedView                                      package
        GET     /packages/{id}/raw                               BuiltInFeedDownload                           package
        POST    /packages/raw                                    BuiltInFeedPush                               space
        DELETE  /packages/{id}                                   BuiltInFeedAdminister                         package
        DELETE  /packages/bulk                                   BuiltInFeedAdminister                         space
        GET     /build-information                               FeedView                                      list of build information
        GET     /build-information/{id}                          FeedView                                      build information
        POST    /build-information                               BuildInformationPush                          space
        DELETE  /build-information/{id}                          BuildInformationAdminister                    build information
        DELETE  /build-information/bulk                          BuildInformationAdminister                    space

        GET     /projects/{id}/variables                         ProjectView + somewhere VariableView          project
        PUT     /projects/{id}/variables                         ProjectView + somewhere VariableEdit          project
        GET     /variables/{id}                                  somewhere VariableView                        variable set
        PUT     /variables/{id}                                  somewhere VariableView + somewhere VariableEdit  variable set

        GET     /releases                                        any ReleaseView                               list of release
        POST    /releases/create/v1                              ReleaseCreate                                 project
        GET     /releases/{id}                                   ReleaseView                                   release
        PUT     /releases/{id}                                   ReleaseView + ReleaseEdit                     release
        DELETE  /releases/{id}                                   ReleaseView + ReleaseDelete                   release
        POST    /releases/{id}/snapshot-variables                ReleaseView + ReleaseEdit                     release
        GET     /releases/{releaseId}/deployments                ReleaseView + any DeploymentView              release
        GET     /releases/{releaseId}/progression                ReleaseView + any DeploymentView              release
        GET     /projects/{projectId}/progression                ProjectView + ReleaseView + any DeploymentView  project
        GET     /projects/{projectId}/releases                   ProjectView + ReleaseView                     project
        GET     /projects/{projectId}/releases/{version}         ProjectView + ReleaseView                     release of its project

        POST    /deployments/create/untenanted/v1                DeploymentCreate                              place
        POST    /deployments/create/tenanted/v1                  DeploymentCreate                              place of a tenant
        POST    /deployments                                     DeploymentCreate                              place
        GET     /deployments                                     any DeploymentView                            list of deployment
        GET     /deployments/{id}                                DeploymentView                                deployment
        DELETE  /deployments/{id}                                DeploymentView + DeploymentDelete             deployment

        GET     /runbooks                                        any RunbookView                               list of runbook
        GET     /runbooks/all                                    any RunbookView                               list of runbook
        GET     /runbooks/{id}                                   RunbookView                                   runbook
        POST    /runbooks                                        ProjectView + RunbookEdit                     project
        PUT     /runbooks/{id}                                   RunbookView + RunbookEdit                     runbook
        DELETE  /runbooks/{id}                                   RunbookView + RunbookEdit                     runbook
        GET     /projects/{projectId}/runbooks                   ProjectView + RunbookView                     project
        GET     /projects/{projectId}/runbooks/{id}              ProjectView + RunbookView                     runbook of its project
        POST    /projects/{projectId}/runbooks                   ProjectView + RunbookEdit                     project
        PUT     /projects/{projectId}/runbooks/{id}              ProjectView + RunbookView + RunbookEdit       runbook of its project
        DELETE  /projects/{projectId}/runbooks/{id}              ProjectView + RunbookView + RunbookEdit       runbook of its project
        GET     /runbookprocesses/{id}                           RunbookView                                   runbook process
        PUT     /runbookprocesses/{id}                           RunbookView + RunbookEdit                     runbook process
        GET     /projects/{projectId}/runbookprocesses/{id}      ProjectView + RunbookView                     runbook process of its project
        PUT     /projects/{projectId}/runbookprocesses/{id}      ProjectView + RunbookView + RunbookEdit       runbook process of its project
        GET     /runbooksnapshots                                any RunbookView                               list of snapshot
        GET     /runbooksnapshots/{id}                           RunbookView                                   snapshot
        POST    /runbooksnapshots                                RunbookView + RunbookEdit                     runbook
        GET     /runbooks/{runbookId}/runbooksnapshots           RunbookView                                   runbook
        GET     /projects/{projectId}/runbooksnapshots           ProjectView + RunbookView                     project
        GET     /projects/{projectId}/runbooksnapshots/{id}      RunbookView                                   snapshot of its project
        POST    /projects/{projectId}/runbooksnapshots           ProjectView + RunbookView + RunbookEdit       project

        POST    /runbook-runs/create/v1                          RunbookRunCreate                              place
        GET     /runbookRuns                                     any RunbookRunView                            list of run
        GET     /runbookRuns/{id}                                RunbookRunView                                run

        GET     /artifacts                                       any TaskView                                  list of artifact
        GET     /artifacts/{id}                                  TaskView                                      artifact
        GET     /artifacts/{id}/content                          TaskView                                      artifact
        DELETE  /artifacts/{id}                                  TaskView + DeploymentDelete                   artifact

        POST    /tasks                                           any TaskCreate                                space
        """;
}
