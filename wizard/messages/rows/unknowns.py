"""Open questions about AWS and Microsoft: the question is the title, the advice says what happens in either case."""

from wizard.messages.row import Rows, Text
from wizard.messages.translation import N_

ROWS: Rows = {
    "unknown-dual-stack": Text(
        N_("Microsoft does not say whether its service reaches this dual-stack endpoint"),
        N_(
            "If the test from Microsoft passes, it does. If only that test fails, paste the endpoint that AWS shows for "
            "IPv4."
        ),
    ),
    "unknown-reply-url": Text(
        N_("Microsoft does not say which of several ACS URLs is the default"),
        N_(
            "Sign-ins that start at the AWS access portal are not affected. If those that start at My Apps reach the "
            "wrong Region, set the default reply URL in the Entra admin center."
        ),
    ),
    "unknown-tag-precedence": Text(
        N_("AWS documentation disagrees on which value wins if a key is also defined in the AWS console"),
        N_("It does not matter if each key is defined in one place only: here, or in the console."),
    ),
    "unknown-guest-claims": Text(
        N_("Guests may not get these attributes, according to an older Microsoft page"),
        N_(
            "If they do not, guests have no tags, and policies that require a tag deny them access. To check, "
            "sign in as a guest."
        ),
    ),
    "unknown-pattern-match": Text(
        N_("Microsoft does not say whether REGEX MATCH must match the whole value"),
        N_(
            "This program expects the whole value to match. If Microsoft accepts a part of it, more people are in scope "
            "there. A pattern that begins with ^ and ends with $ means the same in both cases."
        ),
    ),
    "unknown-default-mapping": Text(
        N_("Microsoft does not publish the default attribute mappings of this application"),
        N_("Preview reads them. If they differ from this job, it lists each difference; if not, it lists none."),
    ),
    "unknown-characters": Text(
        N_("AWS documentation disagrees on whether < > ; : % are accepted in values"),
        N_("Preview rejects such values and offers a fix. If AWS accepts them, the fix was not needed."),
    ),
    "unknown-group-leaves": Text(
        N_("Microsoft does not say what happens to a group that leaves the scope"),
        N_(
            "If it is deleted, its assignments in AWS end. If it stays, delete it in the AWS console. Try it with a group "
            "that has no assignments."
        ),
    ),
    "unknown-retry-after": Text(
        N_("AWS does not say whether it tells programs how long to wait when it limits requests"),
        N_("If it does, runs wait that long. If not, they wait a little longer after each rejected request."),
    ),
    "unknown-saved-endpoint": Text(
        N_("Microsoft does not say whether it shows the SCIM endpoint that is saved there"),
        N_(
            "If it does, Preview compares it with this job's. If not, Preview compares with what this computer saved last."
        ),
    ),
    "unknown-china": Text(
        N_("Microsoft's pages mark some of these calls as not available in China"),
        N_("If one is rejected, the Run page names it. Make that setting in the portal instead."),
    ),
}
