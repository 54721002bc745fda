// The main window.

import { mount } from "svelte";
import "./style/tokens.css";
import "./style/base.css";
import App from "./App.svelte";
import { connect } from "./backend";
import { showFirstTheme } from "./session/theme";

showFirstTheme();
await connect();
mount(App, { target: document.getElementById("window")! });
