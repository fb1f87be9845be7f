import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeOwnedFolder, removeLeftOvers } from './left-overs.ts';

const PREFIX = 'motp-chromium-';

export interface UnpackedChromium {
  program: string;
  /** What the browser needs in its environment, besides nothing. */
  environment: Record<string, string>;
  remove(): Promise<void>;
}

/**
 * Unpacks the Chromium that comes over npm into a folder of its own. Where the system lacks the libraries of a
 * browser, those that come with it are used; a Korean font is added, because servers seldom have one.
 */
export async function unpackChromium(): Promise<UnpackedChromium> {
  await removeLeftOvers(tmpdir(), PREFIX);
  const home = await makeOwnedFolder(tmpdir(), PREFIX);
  const remove = () => rm(home, { recursive: true, force: true });
  try {
    const program = await unpackInto(home);
    const environment = { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home, ...(await fonts(home)) };
    return { program, environment: withLibraries(program, home, environment), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** In a process of its own, because the package looks at TMPDIR and at AWS's variables, and sets some. */
async function unpackInto(home: string): Promise<string> {
  const script =
    "const { default: chromium } = await import('@sparticuz/chromium');" +
    'process.stdout.write(await chromium.executablePath());';
  const env = { ...process.env, TMPDIR: home, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
  const cwd = dirname(import.meta.dirname);
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd });
  return stdout;
}

function withLibraries(program: string, home: string, environment: Record<string, string>) {
  const candidates = [environment, { ...environment, LD_LIBRARY_PATH: join(home, 'al2023', 'lib') }];
  let complaint = '';
  for (const candidate of candidates) {
    try {
      execFileSync(program, ['--version'], { env: candidate, stdio: 'pipe' });
      return candidate;
    } catch (error) {
      complaint = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`Chromium does not start on this machine: ${complaint}`);
}

/** Chromium ends when it finds no font at all, and shows boxes when none is Korean. */
async function fonts(home: string): Promise<Record<string, string>> {
  const folder = join(home, 'fonts');
  await mkdir(folder, { recursive: true });
  const pretendard = dirname(createRequire(import.meta.url).resolve('pretendard/package.json'));
  const korean = 'PretendardVariable.ttf';
  await cp(join(pretendard, 'dist/public/variable', korean), join(folder, korean));
  const config = join(folder, 'motp-fonts.conf');
  await writeFile(config, FONTS_CONF.replace('FOLDER', folder).replace('CACHE', join(home, 'font-cache')));
  return { FONTCONFIG_PATH: folder, FONTCONFIG_FILE: config };
}

const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>FOLDER</dir>
  <cachedir>CACHE</cachedir>
  <alias><family>sans-serif</family><prefer><family>Pretendard Variable</family></prefer></alias>
</fontconfig>
`;
