import type { ExportedFile } from '../../extension/contract/panel.js';
import { fileStem } from '../charts/fileStem.js';
import { withPngText } from '../charts/pngText.js';

export interface ExportedPicture {
  readonly title: string;
  readonly source: string;
  readonly svg: SVGSVGElement;
  readonly background: string;
  readonly foreground: string;
  readonly font: string;
  /** Lines of provenance. */
  readonly provenance: readonly string[];
}

/** A drawing of the page as a picture: with title, background and provenance. */
function standing({
  svg,
  title,
  source,
  background,
  foreground,
  font,
  provenance,
}: ExportedPicture): SVGSVGElement {
  const titleHeight = 34;
  const { width, height } = svg.viewBox.baseVal;
  const name = (tag: string): SVGElement => document.createElementNS('http://www.w3.org/2000/svg', tag);
  const attributed = <E extends SVGElement>(
    element: E,
    attributes: Readonly<Record<string, string | number>>,
  ): E => {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const root = attributed(name('svg') as SVGSVGElement, {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width + 24} ${height + titleHeight + 12}`,
    width: width + 24,
    height: height + titleHeight + 12,
    'font-family': font,
  });
  const described = name('desc');
  described.textContent = provenance.join('\n');
  const said = attributed(name('text'), { x: 12, y: 22, 'font-size': 15, fill: foreground });
  said.textContent = `${title} · ${source}`;
  const drawn = attributed(name('g'), { transform: `translate(12 ${titleHeight})` });
  drawn.append(...[...svg.children].map((child) => child.cloneNode(true)));
  root.append(
    described,
    attributed(name('rect'), { width: '100%', height: '100%', fill: background }),
    said,
    drawn,
  );
  return root;
}

export function svgFile(picture: ExportedPicture): ExportedFile {
  const content = new XMLSerializer().serializeToString(standing(picture));
  return { name: `${fileStem(picture)}.svg`, mime: 'image/svg+xml', content };
}

const scale = 2;

export async function pngFile(picture: ExportedPicture): Promise<ExportedFile> {
  const svg = standing(picture);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('The picture is too large to be drawn.');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const content = withPngText(bytes, 'Description', picture.provenance.join('\n'));
  return { name: `${fileStem(picture)}.png`, mime: 'image/png', content };
}
