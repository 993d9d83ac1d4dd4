/** A second file: opened in place of the first, or attached to it under a name. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  chooseFiles,
  close,
  editorText,
  endEngine,
  launch,
  makeFile,
  openFile,
  openPage,
  runs,
