namespace OctoLogin.Portal.Pages;

public sealed class IndexModel : PortalPage;
