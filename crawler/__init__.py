"""UNDERSTAND and GIVE BACK: what is known of WeChat and of bulletins, and the archive given back."""
