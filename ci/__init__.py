# SPDX-License-Identifier: GPL-2.0
"""What jobs of GitHub and GitLab do besides running Landproof: action.yml, templates/."""
