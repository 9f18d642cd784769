"""Microsoft Entra's side, configured and watched: its provisioning service, and single sign-on."""
