"""The control panel: the bot at a glance, drawn in the notebook and in JupyterLab's side tabs."""
