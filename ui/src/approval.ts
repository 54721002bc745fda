// The consent window.

import { mount } from "svelte";
import "./style/tokens.css";
import "./style/base.css";
import { connect } from "./backend";
import Approval from "./screens/approval/Approval.svelte";
import { showFirstTheme } from "./session/theme";

showFirstTheme();
await connect();
mount(Approval, { target: document.getElementById("window")! });
