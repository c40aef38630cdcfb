// SPDX-License-Identifier: ISC
// Communes of which no package gives a point and that no neighbour can stand
// for: islands, and communes larger than a département elsewhere.  Positions
// to about a tenth of a degree: code -> [latitude, longitude].
export const HAND = {
	22016: [48.85, -3.0], // Île-de-Bréhat
	29083: [48.04, -4.85], // Île-de-Sein
	85113: [46.71, -2.35], // L'Île-d'Yeu
	97108: [15.9, -61.2], // Capesterre-de-Marie-Galante
	97126: [15.95, -61.3], // Saint-Louis, Marie-Galante
	97131: [15.87, -61.58], // Terre-de-Haut
	97313: [4.89, -52.49], // Montsinéry-Tonnegrande
	97314: [4.21, -51.67], // Ouanary
	97352: [3.62, -53.21], // Saül
	97358: [4.82, -53.28], // Saint-Élie
	97361: [5.74, -53.93], // Awala-Yalimapo
	97362: [3.8, -54.15], // Papaichton
	97701: [17.9, -62.85], // Saint-Barthélemy
	97801: [18.07, -63.08], // Saint-Martin
	98411: [-38.7, 77.5], // Saint-Paul et Nouvelle-Amsterdam
	98412: [-49.35, 70.2], // Kerguelen
	98413: [-46.4, 51.8], // Crozet
	98414: [-66.7, 140.0], // La Terre-Adélie
	98415: [-22.35, 40.35], // Îles Éparses: Europa
	98711: [-17.4, -145.5], // Anaa
	98713: [-15.3, -146.7], // Arutua
	98714: [-16.5, -151.7], // Bora-Bora
	98716: [-16.3, -145.6], // Fakarava
	98717: [-15.8, -140.9], // Fangatau
	98718: [-10.5, -138.7], // Fatu-Hiva
	98719: [-23.1, -135.0], // Gambier
	98720: [-18.2, -140.9], // Hao
	98721: [-17.6, -142.6], // Hikueru
	98722: [-17.6, -149.3], // Hitiaa O Te Ra
	98723: [-9.8, -139.0], // Hiva-Oa
	98724: [-16.8, -151.0], // Huahine
	98726: [-16.6, -143.6], // Makemo
	98727: [-14.4, -146.0], // Manihi
	98728: [-16.4, -152.3], // Maupiti
	98729: [-17.5, -149.8], // Moorea-Maiao
	98730: [-14.2, -141.2], // Napuka
	98731: [-8.9, -140.1], // Nuku-Hiva
	98732: [-19.3, -138.8], // Nukutavake
	98737: [-14.8, -138.8], // Pukapuka
	98739: [-23.9, -147.7], // Raivavae
	98740: [-15.0, -147.7], // Rangiroa
	98741: [-27.6, -144.3], // Rapa
	98742: [-18.5, -136.4], // Reao
	98743: [-22.65, -152.8], // Rimatara
	98744: [-22.5, -151.35], // Rurutu
	98745: [-16.6, -151.5], // Tahaa
	98746: [-9.9, -139.1], // Tahuata
	98747: [-17.75, -149.3], // Taiarapu-Est
	98748: [-17.8, -149.25], // Taiarapu-Ouest
	98749: [-14.5, -145.0], // Takaroa
	98750: [-16.83, -151.4], // Taputapuatea
	98751: [-17.3, -138.4], // Tatakoto
	98752: [-17.75, -149.4], // Teva I Uta
	98753: [-23.4, -149.5], // Tubuai
	98754: [-16.8, -151.5], // Tumaraa
	98755: [-20.8, -138.6], // Tureia
	98756: [-8.9, -139.55], // Ua-Huka
	98757: [-9.4, -140.05], // Ua-Pou
	98806: [-21.65, 165.8], // Farino
	98832: [-22.15, 166.95], // Yaté
	98833: [-21.4, 165.8], // Kouaoua
	98901: [10.3, -109.2], // Île de Clipperton
};
